import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { needsShell, quoteShellWord, splitShellWords } from "../../src/formats/shell-words.js";

test.each([
  ["a b  c", ["a", "b", "c"]],
  [" a\t'b c' ", ["a", "b c"]],
  [`a"b c"d`, ["ab cd"]],
  [`"a \\" \\\\ \\n b"`, ['a " \\ \\n b']],
  ["a\\ b", ["a b"]],
  ["'' \"\"", ["", ""]],
  ["it'\\''s", undefined],
  ["'it'\\''s'", ["it's"]],
  ["a \\\n b", ["a", "b"]],
  ["a\\", undefined],
  ['"open', undefined],
  ["", []],
])("%j is %j", (line, words) => {
  const split = splitShellWords(line);
  expect("words" in split ? split.words : undefined).toEqual(words);
});

test("what a shell would take for more than words", () => {
  const yes = [
    ...["exec ./x", "cd a", ". ./env", " ulimit -n 1", "while x"],
    "a | b",
    "a > b",
    "a; b",
    "a && b",
    "$HOME/x",
    '"$HOME"',
    "`x`",
    "a *.js",
    "A=1 b",
    "a # b",
    "~/x",
  ];
  const no = [
    ...["executor x", "echo exec", "./cd a"],
    "a b",
    "'a | b'",
    '"a > b"',
    "a \\$b",
    "a=b c".replace("a=b c", "x a=b"),
    "a 'it''s'",
  ];
  expect(yes.filter((line) => !needsShell(line))).toEqual([]);
  expect(no.filter(needsShell)).toEqual([]);
});

test("quoted words come back as they were, for us and for sh", () => {
  fc.assert(
    fc.property(fc.array(fc.string().filter((word) => !word.includes("\0"))), (words) => {
      expect(splitShellWords(words.map(quoteShellWord).join(" "))).toEqual({ words });
    }),
  );
  const words = ["a b", "it's", '"', "$HOME", "\\", "new\nline", "", "é"];
  const line = `for word in ${words.map(quoteShellWord).join(" ")}; do printf '%s\\0' "$word"; done`;
  expect(execFileSync("sh", ["-c", line], { encoding: "utf8" })).toBe(words.map((word) => `${word}\0`).join(""));
});
