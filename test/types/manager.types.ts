import {
  createProcessManager,
  type Lifecycle,
  type OsState,
  type Process,
  type ProcessManager,
  type ProcessStatus,
  type ProcessTemplate,
} from "drover";

declare const manager: ProcessManager;
declare const template: ProcessTemplate;
declare const child: Process;
declare const status: ProcessStatus;

await createProcessManager({ templateDir: "templates", stateDir: ".drover", statusPeriod: "500ms" });
// A host may pass on an option it did not get itself.
await createProcessManager({ templateDir: undefined });
// @ts-expect-error: an option that does not exist is a typing error.
await createProcessManager({ templatesDir: "templates" });

manager.newProcess("web", "node", { restart: { mode: "on-failure" }, stop: { gracePeriod: "1m30s" } });
manager.newProcess("web", "node", { restart: { mode: "ON_FAILURE", backoff: { initial: 100 } } });
// @ts-expect-error: a mode is one of the words of the schema.
manager.newProcess("web", "node", { restart: { mode: "sometimes" } });
// @ts-expect-error: one argument a member, not a command line.
manager.newProcess("web", "node", { args: "server.js" });
// @ts-expect-error: a value of the environment is text, as the kernel has it.
manager.newProcess("web", "node", { env: { PORT: 3000 } });
// @ts-expect-error: a readiness check checks something.
manager.newProcess("web", "node", { readiness: { interval: "1s" } });

manager.newProcessFromTemplate("web");
manager.newProcessFromTemplate(template);
// @ts-expect-error: a template has every default filled in; what code gives in part goes to newProcess.
manager.newProcessFromTemplate({ name: "web", command: "node" });

await manager.attachProcess("db", 4242);
// @ts-expect-error: a PID is a number; a text may be anything.
await manager.attachProcess("db", "4242");

// @ts-expect-error: a lookup may find nothing.
manager.getProcessByName("web").pid;
// @ts-expect-error: the list is a snapshot, not the registry.
manager.getAllProcesses().push(child);

// @ts-expect-error: a resolved template is shared, nobody changes it.
template.args.push("--verbose");
// @ts-expect-error: nor its parts.
template.stop.gracePeriodMs = 0;

await child.stopAndWait({ gracePeriod: 500, cancelSignal: AbortSignal.timeout(1000) });
// @ts-expect-error: `signal` means a Unix signal here; an AbortSignal is `cancelSignal`.
await child.stopAndWait({ signal: AbortSignal.timeout(1000) });
// @ts-expect-error: a process may not run, then it has no PID.
child.pid.toFixed();
// @ts-expect-error: a status is a fact, it is not changed afterwards.
status.pid = 1;

// @ts-expect-error: what the kernel says and where we are in the life of a process are not the same fact.
const lifecycle: Lifecycle = "sleeping" satisfies OsState;

export { lifecycle };
