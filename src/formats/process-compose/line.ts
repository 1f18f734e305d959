import { isObject } from "../../template/validate.js";
import type { Found, Verdict } from "../format.js";
import { wordOf } from "../kind.js";

/** Whether process-compose replaces references in the file. */
export const isExpanding = ({ scope }: Pick<Found, "scope">): boolean =>
  !(isObject(scope.document) && scope.document["disable_env_expansion"] === true);

/** process-compose replaces `$$` by a dollar before bash sees the line. */
export function lineOf(found: Pick<Found, "scope" | "value">): string {
  return isExpanding(found) ? wordOf(found.value).replaceAll("$$", "$") : wordOf(found.value);
}

/** What is to be told of a line that bash gets. */
export function noteOnLine(line: string): Verdict | undefined {
  const isReplacedOnce = /(?<!\$)(?:\$\$)*\$\{/.test(line);
  return isReplacedOnce ? { outcome: "approximated", note: "bash looks the variables up, at each start" } : undefined;
}
