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

/** Of such an object `String` makes nothing but an error. */
const bare = { toString: 1 };

test.each([
  ["ally", { pluginName: bare, command: "x", socketPath: "s" }],
  ["ally", { name: bare, daemon: { command: "x" } }],
  ["tuix", { name: "a", command: bare, healthCheck: { type: "script", script: "1" } }],
  ["tuix", { name: "a", command: "x", healthCheck: { type: bare, script: "1", url: "http://x", outputPattern: "x" } }],
  ["proxy", { processes: { a: { command: "x", name: bare, env: { A: "1" } } } }],
  ["pm2", { apps: [{ script: "x.js", cwd: bare }] }],
  ["pm2", { apps: [{ script: "x.js", exec_mode: bare, out_file: "x" }] }],
  ["pm2", { apps: [{ script: "x.js", min_uptime: bare, max_restarts: 3, exp_backoff_restart_delay: 10 }] }],
  ["pm2", { apps: [{ script: "x.js", watch: true, ignore_watch: bare, kill_timeout: bare, stop_exit_codes: [bare] }] }],
  ["pm2", { apps: [{ script: "x.js", max_memory_restart: bare, exp_backoff_restart_delay: bare, instances: bare }] }],
  ["docker-compose", { services: { a: { command: "x", restart: bare, user: bare, env_file: [bare] } } }],
  ["docker-compose", { services: { a: { command: "x", depends_on: [bare], labels: [bare], environment: [bare] } } }],
  ["docker-compose", { services: { a: { command: [bare], mem_limit: bare, cpus: bare, working_dir: bare } } }],
  ["process-compose", { processes: { a: { command: "x", watch: { paths: [{ path: bare, include: [bare] }] } } } }],
])("%s answers what no text can be made of beside what is right: %j", (format, value) => {
  const { errors } = importText(JSON.stringify(value), { ...options, format });
  for (const error of errors) expect(String(error)).not.toContain("undefined");
});

test.each(formats.map(({ name }) => [name]))("%s: an object of a program may hold what no file can", (format) => {
  const odd = {
    command: "x",
    script: "x",
    restart: 7n,
    instances: 2n,
    replicas: 3n,
    cpus: Symbol("x"),
    at: new Date(Number.NaN),
  };
  importValue(shapes[format]?.(odd, { call: () => 1 }), { ...options, format });
  const round = { command: "x", script: "x", env: {} };
  round.env = round;
  const imported = importValue(shapes[format]?.(round, {}), { ...options, format });
  expect(imported.format).toBe(format);
  expect(imported.errors.map(String)).toEqual([
    "f: contains itself, or is nested more than 100 deep; expected data that a file could have",
  ]);
});

test("an object of a program that is more than a file can hold is told, and not counted to its end", () => {
  const [, ...doublings] = Array.from({ length: 60 });
  const vast = doublings.reduce<unknown>((inner) => [inner, inner], {});
  expect(importValue({ apps: vast }).errors.map(String)).toEqual([
    "the configuration: has more than 1000000 parts; expected data that a file could have",
  ]);
});
