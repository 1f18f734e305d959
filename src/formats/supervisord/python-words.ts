import type { ShellWords } from "../shell-words.js";

/** What parts the words of a text, and what is a word by itself. */
interface Syntax {
  /** A run of characters that are part of a word as they are. */
  readonly plain: RegExp;
  /** What is skipped, and ends the word before it. */
  readonly skipped: RegExp;
}

/** As `shlex.split`: any character but blanks, quotes and backslashes belongs to a word. */
const words: Syntax = { plain: /[^ \t\r\n"'\\]+/y, skipped: /[ \t\r\n]+/y };

/** As a `shlex` that has `/.+-():` among the characters of words: any other one is a word of its own, and `#` begins a comment. */
const tokens: Syntax = {
  plain: /[\w/.+\-():\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u00FF\uFDD0\uFDD1]+/y,
  skipped: /(?:[ \t\r\n]|#[^\n]*)+/y,
};

const single = /'([^']*)'/y;
const double = /"([^"\\]*(?:\\[\s\S][^"\\]*)*)"/y;
const escaped = /\\([\s\S])/y;

/** Splits a command line as supervisord does. There is no shell: `|`, `$`, `*` and `;` are characters like any other. */
export function splitPythonWords(line: string): ShellWords {
  return split(line, words);
}

/** The words, equals signs and commas of `KEY="val",KEY2=val2`. */
export function splitPythonTokens(text: string): ShellWords {
  return split(text, tokens);
}

function split(text: string, syntax: Syntax): ShellWords {
  const found: string[] = [];
  let word: string | undefined;
  const end = (): void => {
    if (word !== undefined) found.push(word);
    word = undefined;
  };
  for (let offset = 0; offset < text.length; ) {
    const piece = readPiece(text, offset, syntax);
    if ("message" in piece) return piece;
    if (piece.kind === "part") word = (word ?? "") + piece.text;
    else end();
    if (piece.kind === "whole") found.push(piece.text);
    offset = piece.end;
  }
  end();
  return { words: found };
}

/** A part of a word, a word of its own, or what is between words. */
type Piece =
  | { readonly kind: "part" | "whole" | "between"; readonly text: string; readonly end: number }
  | { readonly message: string };

function readPiece(text: string, offset: number, { plain, skipped }: Syntax): Piece {
  const gap = matchAt(text, offset, skipped)?.[0];
  if (gap !== undefined) return { kind: "between", text: gap, end: offset + gap.length };
  const part = matchAt(text, offset, plain)?.[0];
  if (part !== undefined) return { kind: "part", text: part, end: offset + part.length };
  return readQuoted(text, offset);
}

function matchAt(text: string, offset: number, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(text);
}

const keeping = new Map([
  ["'", single],
  ['"', double],
  ["\\", escaped],
]);

function readQuoted(text: string, offset: number): Piece {
  const character = text[offset] ?? "";
  const pattern = keeping.get(character);
  if (pattern === undefined) return { kind: "whole", text: character, end: offset + 1 };
  const match = matchAt(text, offset, pattern);
  if (match === null) return { message: messageFor(character, offset) };
  const [whole, inner = ""] = match;
  // Inside double quotes a backslash stands for itself, unless it keeps a quote or another backslash.
  const content = character === '"' ? inner.replace(/\\(["\\])/g, "$1") : inner;
  return { kind: "part", text: content, end: offset + whole.length };
}

function messageFor(character: string, offset: number): string {
  if (character === "\\") return "ends with a backslash that escapes nothing";
  return `the quote ${character} at character ${offset + 1} is never closed`;
}
