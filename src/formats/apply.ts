import { resolve } from "node:path";
import { EnvText } from "./env-text.js";
import type { Apply, Found, Verdict } from "./format.js";
import { wordOf } from "./kind.js";
import { templateName } from "./template-name.js";
import { literal } from "./variables.js";

// What several formats do with a value. Each is the `apply` of a rule.

/** A name becomes one that templates can have. */
export const asName: Apply = ({ draft, value, path }) => {
  const { name, note } = templateName(wordOf(value));
  draft.set("name", name, path);
  return note === "" ? undefined : { outcome: "approximated", note };
};

/** Variables that are taken as they are; those of a program may refer to the environment. */
export const asLiteralEnv: Apply = ({ draft, value, path }) => {
  const variables = Object.entries(value as Record<string, string | EnvText>);
  const texts = variables.map(([name, text]) => [name, text instanceof EnvText ? text.template : literal(text)]);
  draft.set("env", Object.fromEntries(texts), path);
  const notes = variables.map(([name, text]) =>
    text instanceof EnvText && text.note !== "" ? `${name}: ${text.note}` : "",
  );
  const note = notes.filter((each) => each !== "").join("; ");
  return note === "" ? undefined : { outcome: "approximated", note };
};

/** A path that is not relative to the working directory of the process, as those of templates are. */
export const asPathFrom =
  (to: string, base: (found: Found) => string): Apply =>
  (found) => {
    found.draft.set(to, resolve(base(found), wordOf(found.value)), found.path);
    return undefined;
  };

export const hostCwd = ({ scope }: Pick<Found, "scope">): string => scope.hostCwd;

/** A field that changes nothing, as it says what is so anyway. */
export const noEffect = (note: string): Verdict => ({ outcome: "mapped", to: "", note });

export const dropped = (note: string): Verdict => ({ outcome: "dropped", note });

/** The longest time for the count of restarts to return to zero: never, for all that matters. */
export const never = "576h";
