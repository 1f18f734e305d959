import fc from "fast-check";
import { expect, test } from "vitest";
import { readConfigParser } from "../../src/formats/supervisord/config-parser-document.js";

const contentOf = (text: string): unknown => {
  const document = readConfigParser(text);
  const problems = "value" in document ? (document.faults ?? []) : document.problems;
  return problems.length === 0 && "value" in document
    ? document.value
    : problems.map(({ message, line, column }) => [message, line, column]);
};

// As ConfigParser.RawConfigParser(strict=False, inline_comment_prefixes=(";", "#")) of Python 3 reads them.
test.each<[name: string, text: string, value: unknown]>([
  ["both delimiters, the first of the two counts", "[a]\nk=v:w\nl : x = y\n", { a: { k: ["v:w"], l: ["x = y"] } }],
  ["keys in small letters, with blanks and dots", "[A]\nTwo Words.x=1\n", { A: { "two words.x": ["1"] } }],
  ["comments, also behind a blank", "# c\n[a] ; c\nk = v ; c\nl=v;w#x\n ; c\n", { a: { k: ["v"], l: ["v;w#x"] } }],
  ["a value in several lines", "[a]\nk = 1\n  2 ; c\n\n\t3\n\nl=4\n", { a: { k: ["1\n2\n\n3"], l: ["4"] } }],
  ["a comment between the lines of a value", "[a]\nk=1\n; c\n 2\n", { a: { k: ["1\n2"] } }],
  ["lines that are as deep as the key", "[a]\n  k=1\n  l=2\n    3\n", { a: { k: ["1"], l: ["2\n3"] } }],
  ["an empty value", "[a]\nk=\nl =   ; c\n", { a: { k: [""], l: [""] } }],
  ["sections and keys given again", "[a]\nk=1\n[b]\n[a]\nk=2\nl=3\n", { a: { k: ["1", "2"], l: ["3"] }, b: {} }],
  ["what is behind the name of a section", "[program:x] tail\nk=1\n", { "program:x": { k: ["1"] } }],
  ["brackets in names", "[a[1]]\nk=1\n", { "a[1]": { k: ["1"] } }],
  ["lines of Windows, and a byte order mark", "\uFEFF[a]\r\nk=1\r\n  2\r\n", { a: { k: ["1\n2"] } }],
  ["names of Object.prototype", "[__proto__]\nconstructor=1\n", JSON.parse('{"__proto__":{"constructor":["1"]}}')],
  ["a key before any section", "k=1\n", [["stands before any section", 1, 1]]],
  [
    "lines that are neither",
    "[a]\nword\n =1\n[open\n",
    [
      ["this line cannot be read", 2, 1],
      ["this line cannot be read", 3, 2],
      ["this line cannot be read", 4, 1],
    ],
  ],
])("%s", (_, text, value) => {
  expect(contentOf(text)).toEqual(value);
});

test("places are those of the last value, of an earlier one when it is asked for, else of what is around", () => {
  const document = readConfigParser("[DEFAULT]\nuser=u\n[a]\n key = 1\nkey=2\n");
  if (!("value" in document)) throw new Error("it cannot be read");
  const at = (path: readonly (string | number)[]) => [document.locate(path, "key"), document.locate(path, "value")];
  expect(at(["a", "key"])).toEqual([
    { line: 5, column: 1 },
    { line: 5, column: 5 },
  ]);
  expect(at(["a", "key", 0])).toEqual([
    { line: 4, column: 2 },
    { line: 4, column: 8 },
  ]);
  expect(at(["a", "user"])).toEqual([
    { line: 2, column: 1 },
    { line: 2, column: 6 },
  ]);
  expect(at(["a", "gone"])).toEqual([
    { line: 3, column: 1 },
    { line: 3, column: 1 },
  ]);
  expect(at(["gone"])).toEqual([undefined, undefined]);
});

test("whatever sections and values are written is read back", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,8}$/);
  const line = fc
    .stringMatching(/^[\w"'%()=:,/|$;#-]([\w"'%()=:,/|$ -]{0,20}[\w"'%()])?$/)
    .filter((text) => !/^[;#]/.test(text));
  const value = fc.array(line, { minLength: 1, maxLength: 3 });
  const file = fc.dictionary(name, fc.dictionary(name, value, { maxKeys: 4 }), { minKeys: 1, maxKeys: 4 });
  fc.assert(
    fc.property(file, (sections) => {
      const text = Object.entries(sections).map(([section, keys]) => {
        const lines = Object.entries(keys).map(([key, texts]) => `${key} = ${texts.join("\n  ")}\n`);
        return `[${section}]\n${lines.join("; between\n")}`;
      });
      const expected = Object.entries(sections).map(([section, keys]) => {
        return [section, Object.fromEntries(Object.entries(keys).map(([key, texts]) => [key, [texts.join("\n")]]))];
      });
      expect(contentOf(text.join(""))).toEqual(Object.fromEntries(expected));
    }),
    { numRuns: 200 },
  );
});
