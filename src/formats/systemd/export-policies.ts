import { resolve } from "node:path";
import { type ExportRule, type Fate, kept, lost, lostAs, near, nearAs } from "../export-rule.js";
import { firstDelayMs, isConstant } from "../exported-amounts.js";
import { isAwaited } from "./order.js";
import { wordsOfCommand } from "./text.js";
import { type PutUnit as Put, put, type Unit } from "./unit.js";

/** How it is restarted, stopped and limited. */
export function systemdPolicyFields(): readonly ExportRule<Unit>[] {
  return [
    kept("restart.maxRestarts", "Unit.StartLimitBurst", undefined, "starts are counted, so it is one more"),
    kept("restart.resetAfter", "Unit.StartLimitIntervalSec", putStartLimit),
    kept("restart.mode", "Service.Restart, Service.RestartForceExitStatus", putRestart),
    near("restart.backoff", "Service.RestartSec", "always the first delay, never varied", putDelay),
    kept("restart.successExitCodes", "Service.SuccessExitStatus", putSuccess, "0 always is one"),
    ...lost<Unit>("restart.retryAfterGivingUp", "systemd stays with it: `systemctl reset-failed` and start"),
    kept("stop.signal", "Service.KillSignal", ({ template, out }) => put(out, "KillSignal", template.stop.signal)),
    kept("stop.gracePeriod", "Service.TimeoutStopSec", ({ template, out }) =>
      put(out, "TimeoutStopSec", `${template.stop.gracePeriodMs}ms`),
    ),
    kept("stop.command", "Service.ExecStop", putStopCommand, "within TimeoutStopSec"),
    near(
      "startTimeout",
      "Service.TimeoutStartSec",
      "until the program is executed: systemd checks no readiness",
      // A service of the type oneshot is starting as long as it runs.
      ({ template, out, all }) =>
        put(out, "TimeoutStartSec", isAwaited(template, all) ? "infinity" : `${template.startTimeoutMs}ms`),
    ),
    ...lost<Unit>("readiness", "systemd asks no service: Type=notify waits for a program that calls sd_notify(3)"),
    ...lost<Unit>(
      "liveness",
      "systemd asks no service: WatchdogSec= restarts a program that no longer calls sd_notify(3)",
    ),
    ...lost<Unit>("watch", "a service is restarted by no change of files: a .path unit can do it"),
    near("limits.maxMemory", "Service.MemoryMax", "the kernel ends a process at once when all are over it", putMemory),
    near("limits.maxCpu", "Service.CPUQuota", "slowed down to it, not restarted", putCpu),
    ...lost<Unit>("limits.over", "the kernel acts at once"),
    near("limits.action", "", "what happens then is up to Restart="),
  ];
}

/** systemd counts starts in a time, the first included; drover restarts in a row. */
function putStartLimit({ template: { restart }, out }: Put): Fate | undefined {
  const { maxRestarts, resetAfterMs } = restart;
  if (maxRestarts === "unlimited") {
    out.unit.push(["StartLimitIntervalSec", "0"]);
    return undefined;
  }
  // With an interval that the delays alone fill, systemd would never give up.
  const delaysMs = maxRestarts * firstDelayMs(restart.backoff);
  const isFilled = delaysMs >= resetAfterMs;
  const intervalMs = isFilled ? resetAfterMs + delaysMs + 1000 : resetAfterMs;
  out.unit.push(["StartLimitBurst", String(maxRestarts + 1)], ["StartLimitIntervalSec", `${intervalMs}ms`]);
  return isFilled ? nearAs(`${intervalMs} ms, so that the delays of ${maxRestarts} restarts fit into it`) : undefined;
}

const modes = { NEVER: "no", ON_FAILURE: "on-failure", ALWAYS: "always" } as const;

function putRestart({ template, out, all }: Put): Fate | undefined {
  put(out, "Restart", modes[template.restart.mode]);
  if (template.restart.mode !== "ON_FAILURE") return undefined;
  // These ends are no failures to systemd, but every signal is one to drover; a oneshot service cannot say so.
  const signals = "SIGHUP SIGINT SIGTERM SIGPIPE";
  if (isAwaited(template, all)) return nearAs(`an end by ${signals.replaceAll(" ", ", ")} is a success`);
  return put(out, "RestartForceExitStatus", signals);
}

function putDelay({ template: { restart }, out, tell }: Put): Fate | undefined {
  put(out, "RestartSec", `${firstDelayMs(restart.backoff)}ms`);
  if (isConstant(restart.backoff)) return { outcome: "mapped" };
  const fate = nearAs(`always ${firstDelayMs(restart.backoff)} ms; RestartSteps= of systemd 254 makes it grow`);
  if (restart.mode !== "NEVER") tell("restart.backoff", fate);
  return fate;
}

function putSuccess({ template: { restart }, out }: Put): Fate | undefined {
  const codes = restart.successExitCodes.filter((code) => code !== 0);
  if (codes.length > 0) put(out, "SuccessExitStatus", codes.join(" "));
  return restart.successExitCodes.includes(0) ? undefined : nearAs("0 is a success, too");
}

function putStopCommand({ template: { stop, cwd }, out }: Put): undefined {
  const [file = "", ...args] = stop.command;
  if (file === "") return;
  out.service.push(["ExecStop", wordsOfCommand([file.includes("/") ? resolve(cwd, file) : file, ...args])]);
}

const onlyTold = "systemd tells nobody that a service is over a limit, except its log";

function putMemory({ template: { limits }, out }: Put): Fate | undefined {
  if (limits?.maxMemoryBytes === undefined) return undefined;
  if (limits.action === "NOTIFY") return lostAs(onlyTold);
  return put(out, "MemoryMax", String(limits.maxMemoryBytes));
}

function putCpu({ template: { limits }, out }: Put): Fate | undefined {
  if (limits?.maxCpuPercent === undefined) return undefined;
  if (limits.action === "NOTIFY") return lostAs(onlyTold);
  // Here a percent sign begins no specifier.
  out.service.push(["CPUQuota", `${limits.maxCpuPercent}%`]);
  return undefined;
}
