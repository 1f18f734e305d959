import { isObject } from "../../template/validate.js";
import { dropped, noEffect } from "../apply.js";
import type { FieldRule, Found, Verdict } from "../format.js";
import { rule } from "../rule.js";
import { timeSetter, valuesOf } from "./values.js";
import { parseTimeSpan } from "./words.js";

/** The settings of a unit that say when systemd gives up. */
export function limitRules(): readonly FieldRule[] {
  return [
    rule("Unit.StartLimitBurst", "any", "restart.maxRestarts", {
      note: "one less, as the first start counts, too",
      missing: ["5"],
      apply: setMaxRestarts,
    }),
    rule("Unit.StartLimitIntervalSec", "any", "restart.resetAfter", {
      note: "0, or less than all the delays: any number of restarts",
      missing: ["10s"],
      apply: setInterval,
    }),
  ];
}

/** The settings of a service that say when it is started again. */
export function restartRules(): readonly FieldRule[] {
  return [
    rule("Restart", "any", "restart.mode", { missing: ["no"], apply: setRestart }),
    rule("RestartSec", "any", "restart.backoff", { missing: ["100ms"], apply: setDelay }),
    rule("SuccessExitStatus", "any", "restart.successExitCodes", { apply: setSuccess }),
    rule("RestartPreventExitStatus", "any", "restart.successExitCodes", {
      note: "with on-failure; such an end counts as a success",
      apply: setPrevented,
    }),
    rule("RestartForceExitStatus", "any", "", { note: "an end by a signal always is a failure", apply: setForced }),
  ];
}

const modes: Readonly<Record<string, string>> = { no: "NEVER", always: "ALWAYS", "on-failure": "ON_FAILURE" };

function setRestart({ draft, value, path }: Found): Verdict | undefined {
  const word = valuesOf(value).at(-1) ?? "no";
  draft.set("restart.mode", modes[word] ?? (word === "on-success" ? "ALWAYS" : "ON_FAILURE"), path);
  if (Object.hasOwn(modes, word)) return undefined;
  const known = ["on-success", "on-abnormal", "on-abort", "on-watchdog"];
  if (!known.includes(word)) {
    const expected = [...Object.keys(modes), ...known].join(", ");
    draft.complain(path, { message: `unknown word ${JSON.stringify(word)}`, expected: `one of ${expected}` });
  }
  return { outcome: "approximated", note: word === "on-success" ? "always" : "on-failure" };
}

/** Of systemd's starts in a row the first is no restart. */
function setMaxRestarts(found: Found): Verdict | undefined {
  const { draft, entry, value, path } = found;
  if (isUnlimited(entry)) return { note: "systemd never gives up: no so many starts fit into StartLimitIntervalSec" };
  const text = valuesOf(value).at(-1) ?? "";
  draft.set("restart.maxRestarts", /^\d+$/.test(text) ? Number(text) - 1 : text, path);
  return undefined;
}

function setInterval(found: Found): Verdict | undefined {
  return isUnlimited(found.entry) ? { to: "restart.maxRestarts" } : timeSetter("restart.resetAfter")(found);
}

/** Whether a unit sets no limit to its starts, or one that its delays alone keep it from. */
function isUnlimited(entry: Found["entry"]): boolean {
  const burst = Number(settingOf(entry, ["Unit", "StartLimitBurst"]) ?? "5");
  const interval = parseTimeSpan(settingOf(entry, ["Unit", "StartLimitIntervalSec"]) ?? "10s");
  const delay = parseTimeSpan(settingOf(entry, ["Service", "RestartSec"]) ?? "100ms");
  if (burst === 0 || interval === 0) return true;
  return interval !== undefined && delay !== undefined && (burst - 1) * delay >= interval;
}

function settingOf(entry: Found["entry"], [section, key]: readonly [string, string]): string | undefined {
  const settings = entry[section];
  return isObject(settings) ? valuesOf(settings[key]).at(-1) : undefined;
}

function setDelay(found: Found): Verdict | undefined {
  timeSetter("restart.backoff.max")(found);
  return timeSetter("restart.backoff.initial")(found);
}

function setPrevented(found: Found): Verdict | undefined {
  const { draft, value, path } = found;
  if (draft.get("restart.mode") === "NEVER") return noEffect("it is never restarted");
  if (draft.get("restart.mode") !== "ON_FAILURE") return dropped("it is restarted, however it ends");
  const { codes, isAll } = codesOf(value);
  const known = (draft.get("restart.successExitCodes") ?? [0]) as readonly number[];
  draft.set("restart.successExitCodes", [...new Set([...known, ...codes])], path);
  const note = isAll ? "such an end counts as a success" : "only numbers are kept";
  return { outcome: "approximated", note };
}

function setForced({ value }: Found): Verdict {
  const isSignals = wordsOf(value).every((word) => /^(?:SIG)?(?:HUP|INT|TERM|PIPE)$/.test(word));
  return isSignals ? noEffect("an end by a signal is a failure") : dropped("the exit code does not force a restart");
}

function setSuccess({ draft, value, path }: Found): Verdict | undefined {
  const { codes, isAll } = codesOf(value);
  draft.set("restart.successExitCodes", [...new Set([0, ...codes])], path);
  return isAll ? undefined : { outcome: "approximated", note: "only numbers are kept" };
}

/** The exit codes that are numbers, and whether all are. */
function codesOf(value: unknown): { readonly codes: readonly number[]; readonly isAll: boolean } {
  const words = wordsOf(value);
  const codes = words.filter((word) => /^\d+$/.test(word)).map(Number);
  return { codes, isAll: codes.length === words.length };
}

const wordsOf = (value: unknown): readonly string[] => valuesOf(value).flatMap((text) => text.split(/\s+/));
