/**
 * A word of a shell without its quotes, as the shell itself would read it: `'a b'`, `"a b"` and `a\ b` are `a b`. A quote that is still open
 * ends with the word. Nothing is expanded.
 */
export function unquoteWord(word: string): string {
  return word.replaceAll(/'([^']*)'?|"((?:[^"\\]|\\.)*)"?|\\(.?)/gs, (_all, single, double, escaped) => {
    const quoted = double as string | undefined;
    return quoted?.replaceAll(/\\([$`"\\])/g, "$1") ?? (single as string | undefined) ?? (escaped as string);
  });
}
