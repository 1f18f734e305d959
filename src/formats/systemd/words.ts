/** The words of a systemd setting, or why it cannot be read. */
export type SystemdWords = { readonly words: readonly string[] } | { readonly message: string };

const piece = /(\s+)|"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)'|((?:[^\s"'\\]|\\[\s\S])+)/y;

/** Splits a setting into words: quotes keep blanks, and escapes are those of C, systemd.syntax(7). Nothing is expanded. */
export function splitSystemdWords(text: string): SystemdWords {
  const words: string[] = [];
  let word: string | undefined;
  for (let offset = 0; offset < text.length; offset = piece.lastIndex) {
    piece.lastIndex = offset;
    const match = piece.exec(text);
    if (match === null) return { message: `a quote or a backslash at character ${offset + 1} has no end` };
    const part = partOf(match);
    if (part === undefined && word !== undefined) words.push(word);
    word = part === undefined ? undefined : (word ?? "") + part;
  }
  return { words: word === undefined ? words : [...words, word] };
}

/** A part of a word; undefined for the blanks between two. */
function partOf([, blanks, double, single, bare = ""]: RegExpExecArray): string | undefined {
  return blanks === undefined ? unescapeC(double ?? single ?? bare) : undefined;
}

const letters: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  s: " ",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
};

const kept = ["\\", '"', "'"];

function unescapeC(text: string): string {
  // Several bytes can be one character of UTF-8.
  const parts = /((?:\\x[0-9a-fA-F]{2}|\\[0-7]{3})+)|\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g;
  return text.replace(parts, (whole: string, ...groups: (string | undefined)[]) => {
    const [run, short, long, code = ""] = groups;
    if (run !== undefined) return decodeBytes(run);
    const point = Number.parseInt(short ?? long ?? "110000", 16);
    if (point <= 0x10ffff) return String.fromCodePoint(point);
    // What is no escape stays as it is, with its backslash: `\d` of a pattern.
    return letters[code] ?? (kept.includes(code) ? code : whole);
  });
}

function decodeBytes(run: string): string {
  const codes = run.match(/\\(?:x..|...)/g) ?? [];
  const bytes = codes.map((code) =>
    code[1] === "x" ? Number.parseInt(code.slice(2), 16) : Number.parseInt(code.slice(1), 8),
  );
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

const units: Readonly<Record<string, number>> = {
  "": 1000,
  ...{ ms: 1, msec: 1, s: 1000, sec: 1000, second: 1000, seconds: 1000 },
  ...{ m: 60_000, min: 60_000, minute: 60_000, minutes: 60_000, h: 3_600_000, hr: 3_600_000, hour: 3_600_000 },
  ...{ hours: 3_600_000, d: 86_400_000, day: 86_400_000, days: 86_400_000 },
  ...{ us: 0.001, usec: 0.001, µs: 0.001, μs: 0.001, w: 604_800_000, week: 604_800_000, weeks: 604_800_000 },
  ...{ M: 2_629_800_000, month: 2_629_800_000, months: 2_629_800_000 },
  ...{ y: 31_557_600_000, year: 31_557_600_000, years: 31_557_600_000 },
};

/** The milliseconds of `5`, `1min 30s` or `500ms`, systemd.time(7); undefined for what is none, and for `infinity`. */
export function parseTimeSpan(text: string): number | undefined {
  // What is left of a text without its amounts is nothing; one pattern for all of them would take ages for a wrong text.
  const amounts = /(\d+(?:\.\d+)?)\s*([A-Za-zµμ]*)\s*/g;
  if (text.length > 100 || text.trim() === "" || text.trim().replace(amounts, "") !== "") return undefined;
  let total = 0;
  for (const [, amount, unit = ""] of text.matchAll(amounts)) {
    const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
    if (factor === undefined) return undefined;
    total += Number(amount) * factor;
  }
  return total;
}
