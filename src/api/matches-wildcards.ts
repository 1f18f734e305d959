/**
 * Whether a text is what a pattern means: `*` is any number of characters, `?` is one. Takes at most the product of the two lengths
 * in steps, whatever the pattern: it may come from anywhere.
 */
export function matchesWildcards(text: string, pattern: string): boolean {
  let [at, step] = [0, 0];
  // Where the last `*` stands, and how far the text was when it was met: it is made longer when what follows does not fit.
  let [star, starAt] = [-1, 0];
  while (at < text.length) {
    const wanted = pattern[step];
    if (wanted === "*") {
      [star, starAt] = [step, at];
      step += 1;
    } else if (wanted === "?" || wanted === text[at]) {
      at += 1;
      step += 1;
    } else if (star >= 0) {
      starAt += 1;
      [at, step] = [starAt, star + 1];
    } else return false;
  }
  return /^\**$/.test(pattern.slice(step));
}
