import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode } from "../../src/template/decode.js";
import { encode } from "../../src/template/encode.js";
import type { Encoding } from "../../src/template/encoding.js";
import { readJsonDocument } from "../../src/template/json-document.js";
import { describeProblem } from "../../src/template/problem.js";
import { readTemplate } from "../../src/template/read-template.js";
import { anyTemplate } from "./any-template.js";

const encodings = ["json", "yaml", "textproto", "binpb"] as const;
const base = { cwd: "/base" };

/** A decoder answers every content with templates or problems. */
const answers = (content: Uint8Array, encoding: Encoding): boolean => {
  const { templates, problems, isList } = decode(content, encoding, base);
  for (const problem of problems) expect(describeProblem(problem)).not.toContain("undefined");
  return templates.length > 0 || problems.length > 0 || isList;
};

const fields = [
  "name",
  "command",
  "script",
  "args",
  "env",
  "restart",
  "mode",
  "backoff",
  "stop",
  "readiness",
  "http",
  "templates",
  "cmd",
  "p_options",
  "limits",
  "logs",
];
const key = fc.oneof(fc.constantFrom(...fields), fc.string({ maxLength: 8 }));
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: "binary", maxLength: 8 }),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom("5s", "ALWAYS", 5, -1),
    tie("list"),
    tie("object"),
  ),
  list: fc.array(tie("value"), { maxLength: 4 }),
  object: fc.dictionary(key, tie("value"), { maxKeys: 6 }),
}));

describe.each(encodings)("whatever stands in a %s file, it is answered with templates or problems", (encoding) => {
  test("random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (content) => answers(content, encoding)),
      { numRuns: 300 },
    );
  });

  test("random text of the encoding's own characters", () => {
    const unit = fc.constantFrom(
      ..."{}[]\":,\\ \n\t-#&*!|>%@`'<=0123456789eE.+truefalsn_$é😀".split(""),
      "name",
      "restart",
    );
    const content = fc.string({ unit, maxLength: 100 }).map((text) => new TextEncoder().encode(text));
    fc.assert(
      fc.property(content, (bytes) => answers(bytes, encoding)),
      { numRuns: 300 },
    );
  });

  test("a template with some bytes changed", () => {
    const spoilt = fc
      .tuple(
        anyTemplate,
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }),
      )
      .map(([template, changes]) => {
        const content = Uint8Array.from(encode(template, encoding));
        for (const [position, byte] of changes) content[position % content.length] = byte;
        return content;
      });
    fc.assert(
      fc.property(spoilt, (content) => answers(content, encoding)),
      { numRuns: 150 },
    );
  });
});

test("random documents give templates or problems in both dialects", () => {
  fc.assert(
    fc.property(anyValue, fc.constantFrom("file", "code"), (value, dialect) => {
      const read = readTemplate(value, dialect, base);
      return read.template !== undefined || read.problems.length > 0;
    }),
    { numRuns: 2000 },
  );
});

test("documents from code may hold anything at all", () => {
  fc.assert(
    fc.property(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withTypedArray: true }),
      (thing) => {
        for (const value of [
          thing,
          { name: "a", command: "b", args: thing, restart: thing, env: thing, nice: thing },
        ]) {
          const read = readTemplate(value, "code", base);
          if (read.template === undefined && read.problems.length === 0) return false;
        }
        return true;
      },
    ),
    { numRuns: 1000 },
  );
});

describe("the JSON reader", () => {
  test("reads every value as it was written", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 2, "\t"), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        const document = readJsonDocument(text);
        expect("value" in document && JSON.stringify(document.value)).toBe(JSON.stringify(value));
      }),
    );
  });

  test("agrees with JSON.parse on which texts are JSON, but for duplicate keys", () => {
    const unit = fc.constantFrom(
      '"',
      "\\",
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "1",
      "0",
      "-",
      ".",
      "e",
      "null",
      "true",
      " ",
      "\n",
      "u00e9",
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        const document = readJsonDocument(text);
        const isDuplicate = "problems" in document && document.problems[0]?.message.endsWith("is given twice");
        expect("value" in document || isDuplicate).toBe(isJson(text));
      }),
      { numRuns: 3000 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
