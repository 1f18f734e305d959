import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode } from "../../src/template/decode.js";
import { encode, toJson } from "../../src/template/encode.js";
import { templateFromOptions } from "../../src/template/from-options.js";
import type { ProcessTemplate } from "../../src/template/process-template.js";
import { anyTemplate } from "./any-template.js";

const encodings = ["json", "yaml", "textproto", "binpb"] as const;

describe.each(encodings)("in %s", (encoding) => {
  test("every template is read back as it was", () => {
    fc.assert(
      fc.property(anyTemplate, (template) => {
        const decoded = decode(encode(template, encoding), encoding, { cwd: "/elsewhere" });
        expect(decoded.problems).toEqual([]);
        expect(decoded.templates.map((entry) => entry.template)).toEqual([template]);
      }),
      { numRuns: 150 },
    );
  });
});

test("the files of one template in two encodings mean the same", () => {
  fc.assert(
    fc.property(anyTemplate, fc.constantFrom(...encodings), (template, encoding) => {
      const [there] = decode(encode(template, encoding), encoding, { cwd: "/" }).templates;
      expect(toJson((there as { template: ProcessTemplate }).template)).toEqual(toJson(template));
    }),
  );
});

test("a working directory equal to the reader's own is left out, any other is absolute", () => {
  const template = templateFromOptions("a", "b", { cwd: "sub" }, { cwd: "/base" });
  expect(toJson(template, { cwd: "/base/sub" })).toEqual({ name: "a", command: "b" });
  expect(toJson(template, { cwd: "/base" })).toEqual({ name: "a", command: "b", cwd: "/base/sub" });
});

test("what equals a default is not written", () => {
  const spelledOut = templateFromOptions(
    "a",
    "b",
    {
      enabled: true,
      args: [],
      restart: { mode: "NEVER", backoff: { initial: "1s", multiplier: 2, max: "30s" }, successExitCodes: [0] },
      stop: { signal: "TERM", gracePeriod: 5000 },
      readiness: { tcp: { host: "127.0.0.1", port: 1 }, interval: "1s" },
      liveness: { tcp: { port: 1 }, interval: "1s" },
      watch: {},
      logs: { maxSize: "10MiB" },
    },
    { cwd: "/base" },
  );
  expect(toJson(spelledOut, { cwd: "/base" })).toEqual({
    name: "a",
    command: "b",
    readiness: { tcp: { port: 1 } },
    liveness: { tcp: { port: 1 }, interval: "1s" },
    watch: {},
  });
});
