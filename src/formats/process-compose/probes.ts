import { isObject } from "../../template/validate.js";
import type { Apply, FieldRule, Found } from "../format.js";
import { wordOf } from "../kind.js";
import { droppedRule, rule } from "../rule.js";
import { lineOf, noteOnLine } from "./line.js";

/** The fields of a probe. */
export function probeFields(probe: "readiness" | "liveness"): readonly FieldRule[] {
  const at = (field: string): string => `${probe}.${field}`;
  return [
    rule("exec.command", "scalar", at("exec"), { note: "run by bash -c", apply: execSetter(probe) }),
    droppedRule("exec.working_dir", "checks run in the directory of the process"),
    rule("http_get.host", "scalar", at("http.url"), { note: "put together", apply: urlSetter(probe) }),
    rule("http_get.scheme", "scalar", at("http.url"), { apply: urlSetter(probe) }),
    rule("http_get.path", "scalar", at("http.url"), { apply: urlSetter(probe) }),
    rule("http_get.port", "any", at("http.url"), { apply: urlSetter(probe) }),
    rule("http_get.status_code", "count", at("http.expectedStatus"), { apply: statusSetter(probe) }),
    droppedRule("http_get.headers", "requests have no headers of their own"),
    rule("initial_delay_seconds", "seconds", at("startPeriod"), {
      note: "failures in it do not count",
      apply: probeSetter(probe, "startPeriod"),
    }),
    rule("period_seconds", "seconds", at("interval"), { missing: 10, apply: probeSetter(probe, "interval") }),
    rule("timeout_seconds", "seconds", at("timeout"), { missing: 1, apply: probeSetter(probe, "timeout") }),
    rule("success_threshold", "count", at("successThreshold"), {
      missing: 1,
      apply: probeSetter(probe, "successThreshold"),
    }),
    rule("failure_threshold", "count", at("failureThreshold"), {
      missing: 3,
      apply: probeSetter(probe, "failureThreshold"),
    }),
  ];
}

function probeOf({ entry }: Pick<Found, "entry">, probe: string): Record<string, unknown> | undefined {
  const given = entry[`${probe}_probe`];
  return isObject(given) ? given : undefined;
}

function probeSetter(probe: string, field: string): Apply {
  return (found) => {
    if (probeOf(found, probe) !== undefined) found.draft.set(`${probe}.${field}`, found.value, found.path);
    return undefined;
  };
}

function execSetter(probe: string): Apply {
  return (found) => {
    found.draft.set(`${probe}.exec.command`, "bash", found.path);
    found.draft.set(`${probe}.exec.args`, ["-c", lineOf(found)], found.path);
    return noteOnLine(wordOf(found.value));
  };
}

function urlSetter(probe: string): Apply {
  return (found) => {
    const given = probeOf(found, probe)?.["http_get"];
    const { host = "127.0.0.1", scheme = "http", path = "/", port } = isObject(given) ? given : {};
    const address = `${wordOf(scheme).toLowerCase()}://${wordOf(host)}${port === undefined ? "" : `:${wordOf(port)}`}`;
    found.draft.set(`${probe}.http.url`, `${address}${wordOf(path).replace(/^\/?/, "/")}`, found.path);
    return undefined;
  };
}

function statusSetter(probe: string): Apply {
  return ({ draft, value, path }) => {
    draft.set(`${probe}.http.expectedStatus`, [value], path);
    return undefined;
  };
}
