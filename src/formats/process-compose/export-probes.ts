import type { Check, HealthCheck } from "../../template/process-template.js";
import { type Exporting, type Fate, lostAs, nearAs } from "../export-rule.js";
import { roundedNote, wholeSeconds } from "../exported-amounts.js";
import { escapeDollars, plainText, shellLine } from "./export-text.js";

type Put = Exporting<Record<string, unknown>>;

/** What process-compose can do about a check: ask with a probe, wait for a line, or neither. */
export function probeKind(check: Check): "probe" | "line" | "none" {
  if (check.kind !== "output") return "probe";
  return literalOf(check) === undefined ? "none" : "line";
}

export function putReadiness(put: Put): Fate | undefined {
  const { template, out } = put;
  const { readiness, startTimeoutMs } = template;
  if (readiness === undefined) return undefined;
  if (readiness.check.kind === "output") {
    const line = literalOf(readiness.check);
    if (line === undefined) return lostAs("process-compose waits for a plain text in a line, not for a pattern");
    out["ready_log_line"] = escapeDollars(line);
    return undefined;
  }
  const probe = describeProbe("readiness", readiness, put);
  // The process is ended after the last failure; drover ends it when the time for its start is over.
  const failures = Math.ceil((startTimeoutMs - readiness.startPeriodMs) / (wholeSeconds(readiness.intervalMs) * 1000));
  const isUnlimited = startTimeoutMs >= foreverMs;
  if (!isUnlimited) probe["failure_threshold"] = Math.max(readiness.failureThreshold, failures);
  out["readiness_probe"] = probe;
  return undefined;
}

/** The longest startTimeout there is: what comes from process-compose has it, as nobody waits for a limited time there. */
const foreverMs = 24 * 3_600_000;

export function putLiveness(put: Put): Fate | undefined {
  const { liveness } = put.template;
  if (liveness === undefined) return undefined;
  if (liveness.check.kind === "output") return lostAs("process-compose looks for no lines while a process runs");
  put.out["liveness_probe"] = describeProbe("liveness", liveness, put);
  return undefined;
}

function describeProbe(field: string, health: HealthCheck, { tell }: Put): Record<string, unknown> {
  const times = { interval: health.intervalMs, timeout: health.timeoutMs } as const;
  for (const [name, milliseconds] of Object.entries(times)) {
    const note = roundedNote(milliseconds);
    if (note !== undefined) tell(`${field}.${name}`, nearAs(note));
  }
  if (health.startPeriodMs > 0) tell(`${field}.startPeriod`, nearAs("it is not asked in this time"));
  const { probe, fates } = asked(health.check);
  for (const [name, fate] of Object.entries(fates)) tell(`${field}.${name}`, fate);
  return {
    ...probe,
    ...(health.startPeriodMs > 0 && { initial_delay_seconds: wholeSeconds(health.startPeriodMs) }),
    period_seconds: wholeSeconds(health.intervalMs),
    timeout_seconds: wholeSeconds(health.timeoutMs),
    success_threshold: health.successThreshold,
    failure_threshold: health.failureThreshold,
  };
}

interface Asked {
  readonly probe: Record<string, unknown>;
  /** What there is to say, by the field of the check. */
  readonly fates: Readonly<Record<string, Fate>>;
}

function asked(check: Exclude<Check, { kind: "output" }> | Check): Asked {
  if (check.kind === "http") return askedByHttp(check);
  if (check.kind === "tcp") {
    const line = `exec 3<>/dev/tcp/${check.host}/${check.port}`;
    return { probe: run(["bash", "-c", line]), fates: { tcp: nearAs(`asked by bash: ${line}`) } };
  }
  if (check.kind === "unix") {
    const words = ["test", "-S", check.path];
    return {
      probe: run(words),
      fates: { unix: nearAs("asked whether there is such a socket, not whether it answers") },
    };
  }
  if (check.kind === "exec") return { probe: run(wordsOf(check)), fates: {} };
  return { probe: {}, fates: {} };
}

function run(words: readonly string[]): Record<string, unknown> {
  return { exec: { command: plainText(shellLine(words)) } };
}

function wordsOf({ command, args, script }: Extract<Check, { kind: "exec" }>): readonly string[] {
  return script === "" ? [command, ...args] : ["/bin/sh", "-c", script];
}

function askedByHttp({ url, method, expectedStatus }: Extract<Check, { kind: "http" }>): Asked {
  const { protocol, hostname, pathname, search } = new URL(url);
  // As it is written: a URL forgets the port that its scheme has anyway.
  const port = /^https?:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/i.exec(url)?.[1];
  const [status = 200, ...others] = expectedStatus;
  const isOneStatus = expectedStatus.length === 1;
  const fates: Record<string, Fate> = {};
  if (method !== "GET") fates["http.method"] = nearAs("asked with GET");
  if (!isOneStatus) fates["http.expectedStatus"] = nearAs(`only ${status} is accepted`);
  if (others.length > 0 || status >= 400)
    fates["http.expectedStatus"] = nearAs(`only ${status < 400 ? status : 200} is accepted`);
  const http = {
    host: hostname,
    scheme: protocol.replace(":", ""),
    path: plainText(`${pathname}${search}`),
    ...(port !== undefined && { port }),
    status_code: status,
  };
  return { probe: { http_get: http }, fates };
}

/** The text that a pattern looks for, when it is a plain one. */
function literalOf({ pattern, flags }: Extract<Check, { kind: "output" }>): string | undefined {
  const isPlain = flags === "" && /^(?:[^\\^$.*+?()[\]{}|]|\\[\\^$.*+?()[\]{}|/])+$/.test(pattern);
  return isPlain ? pattern.replace(/\\(.)/g, "$1") : undefined;
}
