import { join, resolve } from "node:path";
import type { Writable } from "node:stream";
import { ProcessError } from "../errors.js";
import type { Os, OutputTarget, SpawnRequest } from "../os/os.js";
import { buildEnvironment } from "../template/environment.js";
import { resolveProgram } from "../template/interpreter.js";
import type { ProcessTemplate } from "../template/process-template.js";

/** Streams of the host program a process is connected to. */
export interface HostStreams {
  readonly stdin?: "ignore" | "pipe" | undefined;
  readonly stdout?: Writable | undefined;
  readonly stderr?: Writable | undefined;
}

export interface LaunchContext {
  readonly os: Os;
  /** Variables the manager gives every process. */
  readonly managerEnv: Readonly<Record<string, string>>;
  /** What the DROVER_ID of a detached run begins with: by it the next manager finds one that was not recorded in time. */
  readonly detachedToken: () => string;
  /** Where log files go that the template does not name; undefined writes none. */
  readonly logDirectory: string | undefined;
}

/** What to start, worked out anew for each start: variables, files and interpreters may have changed. */
export function planLaunch(template: ProcessTemplate, streams: HostStreams, context: LaunchContext): SpawnRequest {
  requireActedOn(template);
  const { host, hostToken } = context.os;
  const runId = context.os.newRunId(template.detach ? context.detachedToken() : hostToken);
  const env = buildEnvironment({
    template,
    hostEnv: host.env,
    managerEnv: context.managerEnv,
    injected: { DROVER_NAME: template.name, DROVER_INSTANCE: "1", DROVER_ID: runId },
    readFile: (path) => host.readFile(path),
  });
  const { file, args } = resolveProgram(template, { exists: (path) => host.isFile(path), env });
  const { cwd, detach } = template;
  return {
    file,
    args,
    cwd,
    env,
    detach,
    stdin: streams.stdin ?? "ignore",
    stdout: chooseOutput("stdout", template, streams.stdout, context.logDirectory),
    stderr: chooseOutput("stderr", template, streams.stderr, context.logDirectory),
  };
}

const logSuffix = { stdout: "out", stderr: "err" } as const;

function chooseOutput(
  stream: "stdout" | "stderr",
  { name, cwd, detach, logs }: ProcessTemplate,
  writer: Writable | undefined,
  logDirectory: string | undefined,
): OutputTarget {
  if (writer !== undefined) return { kind: "pipe" };
  if (logs.mode === "DISCARD") return { kind: "discard" };
  // A detached process must hold nothing of the host: its terminal may go away, and writing there would end it.
  if (logs.mode === "INHERIT" && !detach) return { kind: "inherit" };
  const path = logs[stream];
  if (path !== undefined) return { kind: "file", path: resolve(cwd, path) };
  if (logDirectory === undefined) return { kind: "discard" };
  return { kind: "file", path: join(logDirectory, `${name}.${logSuffix[stream]}.log`) };
}

/** Running as the wrong user is worse than not running: nothing is started until this is built. */
function requireActedOn({ runAs }: ProcessTemplate): void {
  if (runAs === undefined) return;
  const text = "runAs is not supported in this version, and it would be unsafe to start the program as another user";
  throw new ProcessError("UNSUPPORTED", `${text}; remove runAs, or start it through setpriv(1)`);
}
