import { describeValue } from "../template/complaint.js";
import { isObject } from "../template/validate.js";
import type { Found } from "./format.js";
import { scalarText } from "./kind.js";
import { templateName } from "./template-name.js";

export interface Conditions {
  /** The conditions of templates by the words of the other system. */
  readonly words: Readonly<Record<string, string>>;
  /** The word that is meant where none is given. */
  readonly missing: string;
}

/** Sets what a process waits for: the names of others, each with its options. */
export function setDependsOn(
  { draft, path }: Pick<Found, "draft" | "path">,
  others: readonly (readonly [string, unknown])[],
  { words, missing }: Conditions,
): void {
  const dependencies = others.map(([name, options]) => {
    const given = (isObject(options) ? options["condition"] : undefined) ?? missing;
    const word = scalarText(given) ?? describeValue(given);
    const condition = Object.hasOwn(words, word) ? words[word] : undefined;
    if (condition === undefined) {
      const expected = `one of ${Object.keys(words).join(", ")}`;
      draft.complain([...path, name, "condition"], { message: `unknown condition ${JSON.stringify(word)}`, expected });
    }
    return { name: templateName(name).name, condition: condition ?? "READY" };
  });
  draft.set("dependsOn", dependencies, path);
}
