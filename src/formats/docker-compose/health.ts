import { describeValue } from "../../template/complaint.js";
import { isObject } from "../../template/validate.js";
import { dropped, noEffect } from "../apply.js";
import type { Apply, FieldRule, Found, Verdict } from "../format.js";
import { wordOf } from "../kind.js";
import { droppedRule, rule } from "../rule.js";

/** The fields of a `healthcheck`: it tells who waits whether the service is ready, and restarts nothing. */
export function healthFields(): readonly FieldRule[] {
  return [
    rule("test", "any", "readiness.exec", { note: "a text is run by /bin/sh -c", apply: setTest }),
    rule("disable", "flag", "", { apply: ({ value }) => noEffect(value === true ? "no check" : "there is a check") }),
    rule("interval", "scalar", "readiness.interval", { missing: "30s", apply: checkSetter("readiness.interval") }),
    rule("timeout", "scalar", "readiness.timeout", { missing: "30s", apply: checkSetter("readiness.timeout") }),
    rule("retries", "count", "readiness.failureThreshold", {
      missing: 3,
      apply: checkSetter("readiness.failureThreshold"),
    }),
    rule("start_period", "scalar", "readiness.startPeriod", { apply: checkSetter("readiness.startPeriod") }),
    droppedRule("start_interval", "checks are made at the same interval from the beginning"),
  ];
}

/** What is asked, where it is told here: else the image has a check of its own, which is not known. */
function commandOf({ entry }: Pick<Found, "entry">): readonly string[] | undefined {
  const health = entry["healthcheck"];
  const test = isObject(health) && health["disable"] !== true ? health["test"] : undefined;
  if (typeof test === "string") return ["/bin/sh", "-c", test];
  const [kind, ...words] = Array.isArray(test) ? test.map(wordOf) : [];
  if (kind === "CMD" && words.length > 0) return words;
  return kind === "CMD-SHELL" && words.length > 0 ? ["/bin/sh", "-c", words.join(" ")] : undefined;
}

function setTest(found: Found): Verdict | undefined {
  const { draft, value, path } = found;
  if (Array.isArray(value) && value[0] === "NONE") return noEffect("no check");
  const [command, ...args] = commandOf(found) ?? [];
  if (command === undefined) {
    const isDisabled = isObject(found.entry["healthcheck"]) && found.entry["healthcheck"]["disable"] === true;
    if (isDisabled) return noEffect("no check");
    const expected = 'a line for a shell, or a list that begins with "CMD", "CMD-SHELL" or "NONE"';
    draft.complain(path, { message: `is ${describeValue(value)}`, expected });
    return undefined;
  }
  draft.set("readiness.exec.command", command, path);
  draft.set("readiness.exec.args", args, path);
  return undefined;
}

function checkSetter(to: string): Apply {
  return (found) => {
    if (commandOf(found) === undefined) return dropped("what its image asks is not known here");
    found.draft.set(to, found.value, found.path);
    return undefined;
  };
}
