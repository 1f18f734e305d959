/** The words of a command line, or why it cannot be split. */
export type ShellWords = { readonly words: readonly string[] } | { readonly message: string };

/**
 * Splits a command line the way a POSIX shell does (XCU 2.2, 2.3): blanks part words; single and double quotes and backslashes
 * keep them together. Nothing is expanded. What only a shell can do (`|`, `>`, `;`, `&`, `$`, a backquote, a glob outside of quotes)
 * is left as it is; `needsShell` tells about it.
 */
export function splitShellWords(line: string): ShellWords {
  const words: string[] = [];
  let word: string | undefined;
  let offset = 0;
  while (offset < line.length) {
    const piece = readPiece(line, offset);
    if ("message" in piece) return piece;
    if (piece.parts === true) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (piece.text !== undefined) word = (word ?? "") + piece.text;
    offset = piece.end;
  }
  if (word !== undefined) words.push(word);
  return { words };
}

/** A piece of a word, what parts words, or a line that goes on. */
type Piece =
  | { readonly text?: string | undefined; readonly parts?: true; readonly end: number }
  | { readonly message: string };

const plain = /[^\s"'\\]+/y;
const blank = /\s+/y;
const inSingle = /'([^']*)'/y;
const inDouble = /"([^"\\]*(?:\\[\s\S][^"\\]*)*)"/y;

function readPiece(line: string, offset: number): Piece {
  const character = line[offset] ?? "";
  if (character === "\\") return readEscape(line, offset);
  if (character === "'") return readQuoted(line, offset, inSingle);
  if (character === '"') return undoEscapes(readQuoted(line, offset, inDouble));
  const blanks = matchAt(line, offset, blank)?.[0];
  if (blanks !== undefined) return { parts: true, end: offset + blanks.length };
  const text = matchAt(line, offset, plain)?.[0] ?? character;
  return { text, end: offset + text.length };
}

/** Before other characters a backslash inside double quotes stands for itself. */
function undoEscapes(piece: Piece): Piece {
  return "text" in piece ? { ...piece, text: piece.text?.replace(/\\(["\\$`]|\n)/g, keep) } : piece;
}

function matchAt(line: string, offset: number, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(line);
}

function readQuoted(line: string, offset: number, pattern: RegExp): Piece {
  const match = matchAt(line, offset, pattern);
  if (match !== null) return { text: match[1] ?? "", end: offset + match[0].length };
  return { message: `the quote ${line[offset]} at character ${offset + 1} is never closed` };
}

const keep = (_: string, escaped: string): string => (escaped === "\n" ? "" : escaped);

function readEscape(line: string, offset: number): Piece {
  const escaped = line[offset + 1];
  if (escaped === undefined) return { message: "ends with a backslash that escapes nothing" };
  return { text: escaped === "\n" ? undefined : escaped, end: offset + 2 };
}

/** First words that are no programs, or another one than that of the shell. */
const builtins = new Set(
  `. : alias break case cd command continue eval exec exit export fg bg for function getopts hash if jobs local
  read readonly return select set shift source time times trap type typeset ulimit umask unalias unset until wait while`.split(
    /\s+/,
  ),
);

/**
 * Whether a command line says more than words: a pipe, a redirection, a variable, a glob, an assignment before the program, or
 * something that only the shell itself can do.
 */
export function needsShell(line: string): boolean {
  if (builtins.has(/^\s*(\S+)/.exec(line)?.[1] ?? "")) return true;
  const bare = line
    .replace(/\\[\s\S]/g, "x")
    .replace(/'[^']*'/g, "x")
    .replace(/"[^"\\]*(?:\\[\s\S][^"\\]*)*"/g, (quoted) => (/[$`]/.test(quoted) ? "$" : "x"));
  return /[|&;<>()$`*?[\]#~!{}\n]/.test(bare) || /^\s*\w+=/.test(bare);
}

/** A word as a POSIX shell reads it back. */
export function quoteShellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
