import { describe, expect, test } from "vitest";
import { LineSplitter } from "../../src/logs/line-splitter.js";

type Piece = readonly [line: string, isPartial: boolean];

function split(chunks: readonly Buffer[], maxLineBytes?: number): readonly Piece[] {
  const pieces: Piece[] = [];
  const splitter = new LineSplitter((line, isPartial) => pieces.push([line, isPartial]), maxLineBytes);
  for (const chunk of chunks) {
    const lent = Buffer.from(chunk);
    splitter.push(lent);
    // A reader reads the next block into the same memory.
    lent.fill(0x58);
  }
  splitter.end();
  return pieces;
}

const lines = (text: string): readonly string[] => split([Buffer.from(text)]).map(([line]) => line);

/** The same numbers for the same seed: mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("a line splitter", () => {
  test("takes the late end of a line that was delivered without it for that, and no other newline", () => {
    const seen: string[] = [];
    const splitter = new LineSplitter((line) => seen.push(line));
    splitter.push(Buffer.from("one\ntw"));
    splitter.endLine();
    splitter.push(Buffer.from("\n\nthree\n"));
    splitter.endLine();
    splitter.push(Buffer.from("\nfo"));
    splitter.endLine();
    splitter.push(Buffer.from("ur\n"));
    expect(seen).toEqual(["one", "tw", "", "three", "", "fo", "ur"]);
  });

  test.each<[string, string, readonly string[]]>([
    ["LF", "one\ntwo\n", ["one", "two"]],
    ["CRLF and LF", "one\r\ntwo\nthree\r\n", ["one", "two", "three"]],
    ["blank lines", "\n\none\n\r\n\n", ["", "", "one", "", ""]],
    ["indentation and spaces at the end", "  one\t \n\ttwo\n", ["  one\t ", "\ttwo"]],
    ["NUL and escape sequences", "a\0b\n\x1b[31mred\x1b[0m\n", ["a\0b", "\x1b[31mred\x1b[0m"]],
    ["a CR inside a line and one too many", "10%\r20%\ndone\r\r\n", ["10%\r20%", "done\r"]],
    ["other line separators", "a\u2028b\u0085c\vd\fe\n", ["a\u2028b\u0085c\vd\fe"]],
    ["a last line without its end", "one\ntwo", ["one", "two"]],
    ["a last line that ends in a CR", "one\r", ["one\r"]],
    ["a byte order mark", "\ufeffone\n", ["\ufeffone"]],
    ["nothing", "", []],
  ])("keeps %s", (_what, text, expected) => {
    expect(lines(text)).toEqual(expected);
  });

  test("keeps characters whole that are cut by chunks", () => {
    const bytes = [...Buffer.from("é\u20ac\u{1f600}\n")].map((byte) => Buffer.from([byte]));
    expect(split(bytes)).toEqual([["é\u20ac\u{1f600}", false]]);
  });

  test("delivers each line as soon as its end has come, and holds back the rest", () => {
    const seen: string[] = [];
    const splitter = new LineSplitter((line) => seen.push(line));
    splitter.push(Buffer.from("one\ntw"));
    expect([seen, splitter.heldBytes]).toEqual([["one"], 2]);
    splitter.push(Buffer.from("o\n"));
    expect([seen, splitter.heldBytes]).toEqual([["one", "two"], 0]);
    splitter.end();
    expect(seen).toEqual(["one", "two"]);
  });

  test("delivers a line over the limit in pieces that end between characters", () => {
    expect(split([Buffer.from("abcdefghij\nk\n")], 4)).toEqual([
      ["abcd", true],
      ["efgh", true],
      ["ij", false],
      ["k", false],
    ]);
    expect(split([Buffer.from("ab\u{1f600}c\n")], 4)).toEqual([
      ["ab", true],
      ["\u{1f600}", true],
      ["c", false],
    ]);
    expect(split([Buffer.from("abcd\r\nabcd\n")], 4)).toEqual([
      ["abcd", false],
      ["abcd", false],
    ]);
  });

  test("has the default limit of 64 KiB", () => {
    const line = "x".repeat(65_536);
    expect(split([Buffer.from(`${line}\n`)])).toEqual([[line, false]]);
    expect(split([Buffer.from(`${line}y\n`)])).toEqual([
      [line, true],
      ["y", false],
    ]);
  });

  test("gives the same lines however the bytes are cut into chunks", () => {
    const alphabet = ["\n", "\n", "\r\n", "\r", "a", "b ", "é", "\u20ac", "\u{1f600}", "\0", "longer words"];
    for (let seed = 1; seed <= 300; seed++) {
      const random = seeded(seed);
      const pick = (): string => alphabet[Math.floor(random() * alphabet.length)] ?? "";
      const bytes = Buffer.from(Array.from({ length: 60 }, pick).join(""));
      const maxLineBytes = 4 + Math.floor(random() * 20);
      const chunks: Buffer[] = [];
      for (let from = 0; from < bytes.length; ) {
        const to = from + 1 + Math.floor(random() * 9);
        chunks.push(bytes.subarray(from, to));
        from = to;
      }
      const whole = split([bytes], maxLineBytes);
      expect(split(chunks, maxLineBytes), `seed ${seed}`).toEqual(whole);
      const joined = whole.map(([line, isPartial]) => (isPartial ? line : `${line}\n`)).join("");
      const text = bytes.toString().replaceAll("\r\n", "\n");
      expect(joined, `seed ${seed}`).toBe(text.endsWith("\n") || text === "" ? text : `${text}\n`);
    }
  });

  test("holds no more than the limit of an endless line", () => {
    let pieces = 0;
    const splitter = new LineSplitter(() => {
      pieces += 1;
    });
    const chunk = Buffer.alloc(1000, "x");
    for (let count = 0; count < 10_000; count++) {
      splitter.push(chunk);
      expect(splitter.heldBytes).toBeLessThanOrEqual(65_536);
    }
    expect(pieces).toBe(Math.floor(10_000_000 / 65_536));
  });

  test("takes a line of 2 MB that comes byte by byte in linear time", () => {
    const splitter = new LineSplitter(() => undefined);
    const byte = Buffer.from("x");
    const startedAt = performance.now();
    for (let count = 0; count < 2_000_000; count++) splitter.push(byte);
    // Quadratic work would take a minute.
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  }, 120_000);
});
