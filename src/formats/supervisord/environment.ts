import type { Complaint } from "../../template/complaint.js";
import { literal } from "../variables.js";
import type { Expansions, Word } from "./expansions.js";
import { splitPythonTokens } from "./python-words.js";

export interface SupervisordEnvironment {
  /** As a template has them. */
  readonly variables: Readonly<Record<string, string>>;
  /** What their names stand for in other settings. */
  readonly words: readonly (readonly [string, Word | Complaint])[];
  readonly from: readonly string[];
}

// No character, so that no file can have them; Unicode calls them free for such use.
const reference = /\uFDD0(\w+)\uFDD1/;
const refer = (variable: string): string => `\uFDD0${variable}\uFDD1`;

/** Reads `KEY="val",KEY2=%(ENV_X)s`. Variables of the environment become references, which are looked up at each start. */
export function readEnvironment(text: string, expansions: Expansions): SupervisordEnvironment | Complaint {
  const expanded = expansions.expand(text.replace(/[\uFDD0\uFDD1]/g, "\uFFFD"), refer);
  if ("message" in expanded) return expanded;
  const split = splitPythonTokens(expanded.text);
  if ("message" in split) return { message: split.message, expected };
  const pairs: (readonly [string, string])[] = [];
  for (let index = 0; index < split.words.length; index += 4) {
    const [key = "", equals, value] = split.words.slice(index, index + 3);
    if (equals !== "=" || value === undefined || reference.test(key)) return complainAt(key);
    pairs.push([key, value]);
  }
  return {
    variables: Object.fromEntries(pairs.map(([key, value]) => [key, asTemplateValue(value)])),
    words: pairs.map(([key, value]) => [`ENV_${key}`, valueNow(value, expansions)]),
    from: expanded.from,
  };
}

const expected =
  'KEY="value",KEY2="value": quote a value that has other characters than letters, digits and _ / . + - ( ) :';

function complainAt(key: string): Complaint {
  return { message: `cannot be read at ${JSON.stringify(key.replace(reference, "%(ENV_$1)s"))}`, expected };
}

function asTemplateValue(value: string): string {
  const parts = value.split(reference);
  if (parts.length === 1) return literal(value);
  return parts.map((part, index) => (index % 2 === 1 ? `\${${part}}` : part.replaceAll("$", "$$$$"))).join("");
}

function valueNow(value: string, expansions: Expansions): Word | Complaint {
  const words = value.split(reference).map((part, index) => {
    return index % 2 === 1 ? expansions.find(`ENV_${part}`) : { value: part, from: [] };
  });
  const complaint = words.find((word) => "message" in word);
  if (complaint !== undefined) return complaint;
  const found = words.filter((word) => "value" in word);
  return { value: found.map((word) => word.value).join(""), from: [...new Set(found.flatMap(({ from }) => from))] };
}
