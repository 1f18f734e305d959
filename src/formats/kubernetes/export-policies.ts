import { type ExportRule, type Fate, kept, lost, lostAs, near, nearAs } from "../export-rule.js";
import { roundedNote, wholeSeconds } from "../exported-amounts.js";
import { kindOf } from "./kind.js";
import { putLiveness, putReadiness, sayStartTimeout } from "./probes.js";
import { type PutWorkload as Put, set, type Workload } from "./workload.js";

/** How it is restarted, stopped, asked and limited. */
export function kubernetesPolicyFields(): readonly ExportRule<Workload>[] {
  const delays = "Kubernetes waits 10 s before a restart, then twice as long each time, up to 5 min";
  return [
    kept(
      "restart.mode",
      "restartPolicy",
      putRestart,
      "NEVER: a Job; else a Deployment, whose pods are always restarted",
    ),
    ...lost<Workload>("restart.maxRestarts, restart.retryAfterGivingUp", "Kubernetes restarts without end"),
    near("restart.backoff", "", delays, ({ template: { restart }, tell }) => {
      if (restart.mode !== "NEVER") tell("restart.backoff", nearAs(delays));
      return undefined;
    }),
    near("restart.resetAfter", "", "the delays begin anew after 10 min"),
    ...lost<Workload>(
      "restart.successExitCodes",
      "only 0 is a success: podFailurePolicy of a Job can tell others apart",
    ),
    near("stop.signal", "", "the STOPSIGNAL of the image, SIGTERM without one", ({ template: { stop } }) =>
      stop.signal === "SIGTERM" ? undefined : lostAs(`write STOPSIGNAL ${stop.signal} into the Dockerfile`),
    ),
    kept("stop.gracePeriod", "terminationGracePeriodSeconds", putGracePeriod, "whole seconds"),
    near(
      "stop.command",
      "lifecycle.preStop.exec",
      "its time is part of terminationGracePeriodSeconds",
      ({ template: { stop }, out }) =>
        set(
          out.container,
          "lifecycle",
          stop.command.length === 0 ? undefined : { preStop: { exec: { command: stop.command } } },
        ),
    ),
    kept("startTimeout", "startupProbe", sayStartTimeout, "the check of readiness, as often as fits into it"),
    kept("readiness", "readinessProbe, startupProbe", putReadiness, "by HTTP, TCP or a program"),
    kept("liveness", "livenessProbe", putLiveness, "by HTTP, TCP or a program"),
    ...lost<Workload>("watch", "files of an image do not change: apply a new image"),
    near(
      "limits.maxMemory",
      "resources.limits.memory",
      "the kernel ends the container at once; as much is asked for",
      putMemory,
    ),
    near("limits.maxCpu", "resources.limits.cpu", "slowed down to it, not restarted; as much is asked for", putCpu),
    ...lost<Workload>("limits.over", "the kernel acts at once"),
    near("limits.action", "", "what happens then is up to restartPolicy"),
  ];
}

function putRestart({ template, out }: Put): Fate | undefined {
  const kind = kindOf(template);
  out.pod["restartPolicy"] = kind === "Deployment" ? "Always" : "Never";
  if (template.restart.mode === "NEVER" || kind !== "Deployment") return { outcome: "mapped" };
  return template.restart.mode === "ALWAYS" ? undefined : nearAs("restarted also after a success");
}

function putGracePeriod({ template: { stop }, out }: Put): Fate | undefined {
  const seconds = stop.gracePeriodMs === 0 ? 0 : wholeSeconds(stop.gracePeriodMs);
  out.pod["terminationGracePeriodSeconds"] = seconds;
  const note = stop.gracePeriodMs === 0 ? undefined : roundedNote(stop.gracePeriodMs);
  return note === undefined ? undefined : nearAs(note);
}

function putMemory({ template: { limits }, out }: Put): Fate | undefined {
  if (limits?.maxMemoryBytes === undefined) return undefined;
  if (limits.action === "NOTIFY") return lostAs("Kubernetes tells nobody that a container is over a limit");
  const mebibytes = limits.maxMemoryBytes / 1024 ** 2;
  return addLimit(out, "memory", Number.isInteger(mebibytes) ? `${mebibytes}Mi` : String(limits.maxMemoryBytes));
}

function putCpu({ template: { limits }, out }: Put): Fate | undefined {
  if (limits?.maxCpuPercent === undefined) return undefined;
  if (limits.action === "NOTIFY") return lostAs("Kubernetes tells nobody that a container is over a limit");
  return addLimit(out, "cpu", `${Math.max(1, Math.round(limits.maxCpuPercent * 10))}m`);
}

function addLimit({ container }: Workload, resource: string, quantity: string): undefined {
  const { limits } = (container["resources"] ?? {}) as { limits?: Record<string, string> };
  container["resources"] = { limits: { ...limits, [resource]: quantity } };
}
