import type { Check, HealthCheck } from "../../template/process-template.js";
import { type Exporting, type Fate, lostAs, nearAs } from "../export-rule.js";
import { roundedNote, wholeSeconds } from "../exported-amounts.js";
import { plainForKubernetes } from "./text.js";

type Put = Exporting<{ readonly container: Record<string, unknown> }>;

const noLines = "Kubernetes looks at no output: write a check by HTTP, TCP or a program";

/** Until it is ready for the first time the startup probe asks, which ends a process that is not ready in time. */
export function putReadiness(put: Put): Fate | undefined {
  const { readiness, startTimeoutMs } = put.template;
  if (readiness === undefined) return undefined;
  if (readiness.check.kind === "output") return lostAs(noLines);
  const probe = describeProbe("readiness", readiness, put);
  const failureThreshold = Math.max(1, Math.ceil(startTimeoutMs / (wholeSeconds(readiness.intervalMs) * 1000)));
  put.out.container["startupProbe"] = { ...probe, successThreshold: 1, failureThreshold };
  put.out.container["readinessProbe"] = probe;
  return undefined;
}

export function sayStartTimeout({ template: { readiness } }: Put): Fate | undefined {
  const isAsked = readiness !== undefined && readiness.check.kind !== "output";
  return isAsked ? undefined : lostAs("there is no check of readiness to wait for");
}

export function putLiveness(put: Put): Fate | undefined {
  const { liveness } = put.template;
  if (liveness === undefined) return undefined;
  if (liveness.check.kind === "output") return lostAs(noLines);
  const probe = describeProbe("liveness", liveness, put);
  if (liveness.successThreshold > 1) put.tell("liveness.successThreshold", nearAs("1: Kubernetes allows no other"));
  put.out.container["livenessProbe"] = { ...probe, successThreshold: 1 };
  return undefined;
}

function describeProbe(field: string, health: HealthCheck, { tell }: Put): Record<string, unknown> {
  for (const [name, milliseconds] of Object.entries({ interval: health.intervalMs, timeout: health.timeoutMs })) {
    const note = roundedNote(milliseconds);
    if (note !== undefined) tell(`${field}.${name}`, nearAs(note));
  }
  if (health.startPeriodMs > 0) tell(`${field}.startPeriod`, nearAs("it is not asked in this time"));
  return {
    ...asked(field, health.check, tell),
    ...(health.startPeriodMs > 0 && { initialDelaySeconds: wholeSeconds(health.startPeriodMs) }),
    periodSeconds: wholeSeconds(health.intervalMs),
    timeoutSeconds: wholeSeconds(health.timeoutMs),
    successThreshold: health.successThreshold,
    failureThreshold: health.failureThreshold,
  };
}

function asked(field: string, check: Check, tell: Put["tell"]): Record<string, unknown> {
  if (check.kind === "http") return askedByHttp(`${field}.http`, check, tell);
  if (check.kind === "tcp") {
    if (isOwn(check.host)) tell(`${field}.tcp.host`, nearAs(ownAddress));
    return { tcpSocket: { port: check.port, ...hostOf(check.host) } };
  }
  if (check.kind === "unix") {
    tell(`${field}.unix`, nearAs("asked whether there is such a socket, not whether it answers"));
    return { exec: { command: ["test", "-S", check.path].map(plainForKubernetes) } };
  }
  if (check.kind === "output") return {};
  const { command, args, script } = check;
  const words = script === "" ? [command, ...args] : ["/bin/sh", "-c", script];
  return { exec: { command: words.map(plainForKubernetes) } };
}

const ownAddress = "asked at the address of the pod: the program must listen there, not only at 127.0.0.1";

const isOwn = (host: string): boolean => /^(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|0\.0\.0\.0)$/.test(host);

/** A kubelet asks from outside of the pod: the address of the host itself would be that of the machine. */
const hostOf = (host: string): { readonly host?: string } => (isOwn(host) ? {} : { host });

function askedByHttp(
  field: string,
  check: Extract<Check, { kind: "http" }>,
  tell: Put["tell"],
): Record<string, unknown> {
  const { protocol, hostname, port, pathname, search } = new URL(check.url);
  if (isOwn(hostname)) tell(`${field}.url`, nearAs(ownAddress));
  if (check.method !== "GET") tell(`${field}.method`, nearAs("asked with GET"));
  tell(`${field}.expectedStatus`, nearAs("every status from 200 to 399 is accepted"));
  const scheme = protocol === "https:" ? "HTTPS" : "HTTP";
  const number = port === "" ? (scheme === "HTTPS" ? 443 : 80) : Number(port);
  return { httpGet: { path: `${pathname}${search}`, port: number, scheme, ...hostOf(hostname) } };
}
