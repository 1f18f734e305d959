/** The question `did you mean "…"?` for the candidate nearest to `word`; undefined when none is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const nearest = nearestOf(word, candidates);
  return nearest === undefined ? undefined : `did you mean ${JSON.stringify(nearest)}?`;
}

function nearestOf(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = simplify(word);
  // Long nonsense is near nothing, and comparing it costs time.
  if (wanted.length === 0 || wanted.length > 64) return undefined;
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const known = simplify(candidate);
    const distance = isAbbreviation(wanted, known) ? 0.5 : distanceWithin(nearEnough(wanted, known), wanted, known);
    if (distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { candidate, distance };
  }
  return best?.candidate;
}

const simplify = (word: string): string => word.toLowerCase().replace(/[_\s-]/g, "");

/** `cmd` for `command`: the same first letter, and every letter in order. */
function isAbbreviation(word: string, known: string): boolean {
  if (word.length < 3 || word.length >= known.length || word[0] !== known[0]) return false;
  let found = 0;
  for (const letter of known) if (letter === word[found]) found += 1;
  return found === word.length;
}

const nearEnough = (word: string, known: string): number =>
  Math.max(1, Math.floor(Math.max(word.length, known.length) / 3));

/** The edit distance; infinite beyond the limit, which is seen at once where the lengths differ by more. */
function distanceWithin(limit: number, from: string, to: string): number {
  if (Math.abs(from.length - to.length) > limit) return Number.POSITIVE_INFINITY;
  const distance = editDistance(from, to);
  return distance <= limit ? distance : Number.POSITIVE_INFINITY;
}

/** Insertions, deletions, replacements and swaps of neighbours from one word to the other. */
function editDistance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = at(row - 1, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1);
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const options = [at(row - 1, column) + 1, at(row, column - 1) + 1, replaced];
      current.push(Math.min(...options, swapped ? at(row - 2, column - 2) + 1 : replaced));
    }
  }
  return at(from.length, to.length);
}
