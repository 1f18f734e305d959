import { scalarText } from "./kind.js";
import { splitShellWords } from "./shell-words.js";

/** The words of a list, or of a command line. */
export function wordsOf(value: unknown): readonly string[] | { readonly message: string } {
  if (Array.isArray(value)) {
    const words = value.map(scalarText);
    return words.includes(undefined) ? { message: "has an item that is no text" } : (words as string[]);
  }
  const split =
    typeof value === "string" ? splitShellWords(value) : { message: "is neither a text nor a list of texts" };
  return "words" in split ? split.words : split;
}
