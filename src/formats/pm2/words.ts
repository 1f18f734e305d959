/** What PM2 makes of a text where it wants a list. A quote that does not begin a word stays in it, and so does a backslash. */
export function splitAsPm2(text: string): readonly string[] {
  const words = text.match(/[^\s"'=]+=(?:"[^"]*"|'[^']*')|"[^"]*"|'[^']*'|\S+/g) ?? [];
  return words.map((word) => word.replace(/^(["'])(.*)\1$/s, "$2")).filter((word) => word.trim() !== "");
}

/** What is to be said of a text that PM2 would split into other words; undefined when it would not. */
export function remarkOnWords(text: string, words: readonly string[]): string | undefined {
  const theirs = splitAsPm2(text);
  if (JSON.stringify(theirs) === JSON.stringify(words)) return undefined;
  return `read as a shell does; PM2 itself makes ${theirs.map((word) => JSON.stringify(word)).join(" ")} of it`;
}
