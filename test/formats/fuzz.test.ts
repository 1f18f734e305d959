import fc from "fast-check";
import { expect, test } from "vitest";
import type { Format } from "../../src/formats/format.js";
import { formats } from "../../src/formats/formats.js";
import { importText, importValue } from "../../src/formats/import-text.js";
import { places } from "./told.js";

/** By hand it is told to make many more. */
const runs = Number(process.env["DROVER_FUZZ_RUNS"] ?? 60);

/** Names that an object of JavaScript has already, and that some of its functions ask for. */
const inherited = fc.constantFrom("toString", "valueOf", "constructor", "__proto__", "length", "toJSON", "then");
const word = fc.constantFrom(
  "",
  "a",
  "/bin/x",
  "1",
  "-1",
  "5s",
  "10MB",
  "always",
  "tcp://h:1",
  "${X}",
  "%(ENV_X)s",
  "{{.X}}",
  "\0",
  "a b",
);
const scalar = fc.oneof(word, fc.string(), fc.double({ noNaN: true }), fc.integer(), fc.boolean(), fc.constant(null));

/** Whatever data can be, the fields of a format among its names. */
function valueWith(names: readonly string[]): fc.Arbitrary<unknown> {
  const name = fc.oneof(fc.constantFrom(...names), inherited, fc.string());
  return fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, { arbitrary: scalar, weight: 3 }, tie("list"), tie("object")),
    list: fc.array(tie("value"), { maxLength: 3 }),
    object: fc.dictionary(name, tie("value"), { maxKeys: 4 }),
  })).value;
}

/** Puts processes where the format has them. */
const shapes: Readonly<Record<string, (entry: unknown, other: unknown) => unknown>> = {
  processman: (entry, other) => [entry, other],
  "process-compose": (entry, other) => ({ processes: { a: entry, b: other } }),
  "docker-compose": (entry, other) => ({ services: { a: entry, b: other } }),
  proxy: (entry, other) => ({ processes: { a: entry, b: other } }),
  tuix: (entry, other) => [entry, other],
  "cn-infra": (entry) => entry,
  ally: (entry, other) => [{ name: "a", daemon: entry }, other],
  pm2: (entry, other) => ({ apps: [entry, other] }),
  supervisord: (entry, other) => ({ "program:a": entry, supervisord: other }),
  systemd: (entry, other) => ({ Service: entry, Unit: other }),
  procfile: (entry, other) => ({ a: entry, b: other }),
};

function documentOf({ name, rules, documentRules }: Format): fc.Arbitrary<unknown> {
  const fields = [...rules, ...documentRules].map(({ field }) => field.replace(/\*$/, "x"));
  const parts = [...new Set(fields.flatMap((field) => field.split(".")))];
  const value = valueWith(parts);
  const entry = fc.oneof(
    { arbitrary: fc.dictionary(fc.constantFrom(...parts), value, { maxKeys: 6 }), weight: 4 },
    { arbitrary: value, weight: 1 },
  );
  const shape = shapes[name] ?? ((one: unknown) => one);
  return fc.oneof({ arbitrary: fc.tuple(entry, entry).map(([one, other]) => shape(one, other)), weight: 5 }, value);
}

/** The same as sections of settings, one to a line. */
function sectionsOf(value: unknown): string {
  const sections = Object.entries(Object(value) as object).map(([name, settings]) => {
    const lines = Object.entries(Object(settings) as object).map(([key, setting]) => `${key}=${textOf(setting)}\n`);
    return `[${name}]\n${lines.join("")}`;
  });
  return sections.join("");
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

const options = { ...places, env: { X: "x" } };

test.each(formats.map((format) => [format.name, format] as const))(
  "%s: whatever is in its fields, it answers",
  (_, format) => {
    fc.assert(
      fc.property(documentOf(format), (value) => {
        const imported = importValue(value, { ...options, format: format.name });
        for (const error of imported.errors) expect(String(error)).not.toMatch(/undefined|\[object|NaN/);
        for (const { note, to } of imported.report) expect(`${note} ${to}`).not.toMatch(/undefined|\[object|NaN/);
        for (const text of [JSON.stringify(value) ?? "", sectionsOf(value)]) {
          importText(text, { ...options, format: format.name });
          importText(text, options);
        }
      }),
      { numRuns: runs },
    );
  },
);
