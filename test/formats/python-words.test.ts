import fc from "fast-check";
import { expect, test } from "vitest";
import { splitPythonTokens, splitPythonWords } from "../../src/formats/supervisord/python-words.js";

// As shlex.split of Python.
test.each<[line: string, words: readonly string[] | string]>([
  ["", []],
  ["a  b\tc\nd", ["a", "b", "c", "d"]],
  [`a "b c" 'd e' f\\ g`, ["a", "b c", "d e", "f g"]],
  [`a"b c"d'e'f`, ["ab cdef"]],
  [`"" ''`, ["", ""]],
  [`"\\$x \\" \\\\ \\n"`, ['\\$x " \\ \\n']],
  [`'a\\'b`, ["a\\b"]],
  ["| > & ; $x `y` *.c #z ~", ["|", ">", "&", ";", "$x", "`y`", "*.c", "#z", "~"]],
  ["a\\\nb", ["a\nb"]],
  ["a\u00a0b", ["a\u00a0b"]],
  [`x 'open`, "the quote ' at character 3 is never closed"],
  [`x "open\\"`, 'the quote " at character 3 is never closed'],
  ["x\\", "ends with a backslash that escapes nothing"],
])("the words of %j", (line, words) => {
  const split = splitPythonWords(line);
  expect("words" in split ? split.words : split.message).toEqual(words);
});

// As shlex.shlex(text, posix=True) with /.+-(): among its characters of words.
test.each<[text: string, tokens: readonly string[] | string]>([
  ["A=\"b,c\",D='e'", ["A", "=", "b,c", ",", "D", "=", "e"]],
  ["A=/x:y-z.(1)+ , B=ä", ["A", "=", "/x:y-z.(1)+", ",", "B", "=", "ä"]],
  ["A=b@c", ["A", "=", "b", "@", "c"]],
  ["A=b#c\nB=d", ["A", "=", "b", "B", "=", "d"]],
  ['A="b#c"', ["A", "=", "b#c"]],
  ['A=""', ["A", "=", ""]],
  ["A=\\,b", ["A", "=", ",b"]],
  ['A="b', 'the quote " at character 3 is never closed'],
])("the tokens of %j", (text, tokens) => {
  const split = splitPythonTokens(text);
  expect("words" in split ? split.words : split.message).toEqual(tokens);
});

test("any words in quotes are read back", () => {
  const quote = (word: string, kind: number): string => {
    if (kind === 0) return `'${word.replaceAll("'", `'"'"'`)}'`;
    return kind === 1 ? `"${word.replace(/["\\]/g, "\\$&")}"` : `''${word.replace(/[\s\S]/gu, "\\$&")}`;
  };
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ unit: "grapheme" }), fc.nat(2))), (words) => {
      const line = words.map(([word, kind]) => quote(word, kind)).join(" ");
      expect(splitPythonWords(line)).toEqual({ words: words.map(([word]) => word) });
    }),
  );
});
