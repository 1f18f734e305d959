import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { formats } from "../../src/formats/formats.js";
import { importText } from "../../src/formats/import-text.js";
import { cpuTimeMs } from "./cpu-time.js";
import { errorsOf, namesOf, places } from "./told.js";

// What takes seconds of CPU may take long on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const megabyte = 1024 * 1024;
const bomb = [
  "a: &a [x,x,x,x,x,x,x,x,x]",
  ..."bcdefghi".split("").map((key, index) => {
    const last = "abcdefgh"[index] ?? "a";
    return `${key}: &${key} [${Array.from({ length: 9 }, () => `*${last}`).join(",")}]`;
  }),
].join("\n");

const texts: Readonly<Record<string, string>> = {
  nothing: "",
  blanks: " \n\t",
  "a NUL byte": '[{ "id": "a\0" }]',
  "a line of a megabyte": "x".repeat(megabyte - 10),
  "a text of a megabyte": `[{ "id": "a", "command": "${"x".repeat(megabyte - 100)}`,
  "more than a megabyte": "x".repeat(megabyte + 1),
  "a bomb of aliases": bomb,
  "deep brackets": "[".repeat(100_000),
  "deep maps": '{"a":'.repeat(100_000),
  "a comment without an end": `/*${"*".repeat(100_000)}`,
  "blanks and comments": `${"/* */ ".repeat(50_000)}[`,
  "quotes without an end": `["${'\\"'.repeat(100_000)}`,
  "a key given again and again": `[program:a]\n${"k=\n".repeat(50_000)}`,
  "a list of numbers": JSON.stringify(Array.from({ length: 50_000 }, (_, index) => index)),
};

test.each(Object.entries(texts))("%s ends in an error", (_, text) => {
  const begin = cpuTimeMs();
  const imported = importText(text, places);
  expect(imported.templates).toEqual([]);
  expect(errorsOf(imported)).not.toEqual([]);
  for (const { name } of formats) importText(text, { ...places, format: name });
  expect(cpuTimeMs() - begin).toBeLessThan(15_000);
});

const many = 60_000;
const numbered = Array.from({ length: many }, (_, index) => `k${index}`);
const slow: Readonly<Record<string, string>> = {
  "a time span of digits": `[Service]\nExecStart=/bin/x\nTimeoutStopSec=${"1".repeat(60)}!\n`,
  "a line of blanks in a unit": `[Service]\nExecStart=/bin/x\na${" ".repeat(200_000)}x\n`,
  "comments that a carriage return parts": `[program:x]\ncommand=x\n${`a=${" ;".repeat(32_000)}\r x\n`.repeat(10)}`,
  "values one after the other": "[] ".repeat(300_000),
  "a name of hyphens": JSON.stringify({ services: { [`a${"-".repeat(300_000)}x`]: { command: "x" } } }),
  "fields beside the services": JSON.stringify({
    services: {},
    ...Object.fromEntries(numbered.map((name) => [name, 1])),
  }),
  "fields of a service, in YAML": `services:\n a:\n  command: x\n${numbered.map((name) => `  ${name}: 1\n`).join("")}`,
};

test.each(Object.entries(slow))("%s without end do not hold up an import", (_, text) => {
  const begin = cpuTimeMs();
  const { report, errors } = importText(text, places);
  expect(report.length + errors.length).toBeGreaterThan(0);
  expect(cpuTimeMs() - begin).toBeLessThan(15_000);
});

test("a value after others is wrong where it stands in the file", () => {
  expect(errorsOf(importText('[1]\n {"apps": [\n  01x]}', places))).toEqual([
    "f:3:4: cannot be read as JSON: invalid character '1'",
  ]);
  expect(errorsOf(importText('[1] {"apps": 01x}', places))).toEqual([
    "f:1:15: cannot be read as JSON: invalid character '1'",
  ]);
});

test("names of Object.prototype are names like any other, and change nothing", () => {
  const text =
    '[{ "id": "constructor", "command": "x", "__proto__": { "polluted": 1 }, "toString": 1, "env": { "__proto__": "1" } }]';
  const imported = importText(text, { ...places, format: "processman" });
  expect(errorsOf(imported)).toEqual(["f:1:97: [0].env.__proto__: is not allowed as a name"]);
  expect(imported.report.filter(({ outcome }) => outcome === "dropped").map(({ field }) => field)).toEqual([
    "[0].__proto__",
    "[0].toString",
  ]);
  expect("polluted" in {}).toBe(false);
});

test.each(formats.map(({ name }) => [name]))("whatever text %s is given, it answers", (format) => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      expect(namesOf(importText(text, { ...places, format })).every((name) => name !== "")).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test("a format nobody knows is the caller's mistake", () => {
  expect(() => importText("x", { format: "upstart" })).toThrow(
    /unknown format "upstart"; expected one of processman, /,
  );
});
