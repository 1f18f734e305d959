import { describe, expect, test } from "vitest";
import { ProcessError } from "../../src/errors.js";
import { type TemplateOptions, templateFromOptions } from "../../src/template/from-options.js";

const make = (options: TemplateOptions = {}, name = "web", command = "node") =>
  templateFromOptions(name, command, options, { cwd: "/host" });

test("fills in every default of the schema", () => {
  expect(make()).toEqual({
    name: "web",
    title: "",
    description: "",
    labels: {},
    enabled: true,
    runOnStartup: false,
    program: { kind: "command", command: "node", shell: false },
    args: [],
    cwd: "/host",
    env: {},
    envFiles: [],
    inheritEnv: true,
    requiredEnv: [],
    missingEnv: "ERROR",
    runAs: undefined,
    detach: false,
    notify: false,
    restart: {
      mode: "NEVER",
      maxRestarts: "unlimited",
      backoff: { initialMs: 1000, multiplier: 2, maxMs: 30_000, jitter: 0 },
      resetAfterMs: 10_000,
      successExitCodes: [0],
      retryAfterGivingUpMs: "never",
    },
    stop: { signal: "SIGTERM", gracePeriodMs: 5000, command: [] },
    startTimeoutMs: 30_000,
    readiness: undefined,
    liveness: undefined,
    watch: undefined,
    limits: undefined,
    affinity: undefined,
    nice: undefined,
    schedule: undefined,
    group: "",
    dependsOn: [],
    instances: 1,
    logs: {
      stdout: undefined,
      stderr: undefined,
      mode: undefined,
      maxSizeBytes: 10 * 1024 * 1024,
      maxFiles: 5,
      bufferLines: 1000,
      echo: false,
      compress: false,
      maxTotalBytes: undefined,
      marker: false,
      stdoutLevel: "INFO",
      stderrLevel: "ERROR",
    },
    pidFile: undefined,
  });
});

test("checks readiness every second, liveness every thirty", () => {
  const { readiness, liveness } = make({ readiness: { tcp: { port: 80 } }, liveness: { tcp: { port: 80 } } });
  expect([readiness?.intervalMs, liveness?.intervalMs]).toEqual([1000, 30_000]);
  expect(readiness).toMatchObject({
    check: { kind: "tcp", host: "127.0.0.1", port: 80 },
    timeoutMs: 5000,
    startPeriodMs: 0,
    failureThreshold: 3,
    successThreshold: 1,
  });
});

test("fills in the defaults of parts that are given empty", () => {
  const { watch, limits, affinity, schedule, dependsOn } = make({
    watch: {},
    limits: { maxCpu: 50 },
    affinity: { list: "0" },
    schedule: { cron: "* * * * *" },
    dependsOn: [{ name: "db" }],
  });
  expect(watch).toEqual({ paths: ["."], ignore: [], debounceMs: 500 });
  expect(limits).toEqual({ maxMemoryBytes: undefined, maxCpuPercent: 50, overMs: 10_000, action: "RESTART" });
  expect(affinity).toEqual({ cpus: { list: "0" }, delayMs: 0 });
  expect(schedule).toEqual({ cron: "* * * * *", timezone: "UTC", overlap: "SKIP", maxDurationMs: undefined });
  expect(dependsOn).toEqual([{ name: "db", condition: "READY" }]);
});

describe("in code", () => {
  test("a number is milliseconds or bytes, and a text has its unit", () => {
    expect(make({ stop: { gracePeriod: 250 } })).toEqual(make({ stop: { gracePeriod: "250ms" } }));
    expect(make({ startTimeout: 0.5 + 1 }).startTimeoutMs).toBe(1.5);
    expect(make({ limits: { maxMemory: 1024 } })).toEqual(make({ limits: { maxMemory: "1KiB" } }));
  });

  test("undefined members are left out", () => {
    expect(make({ args: undefined, cwd: undefined, restart: { mode: undefined }, env: { A: undefined } })).toEqual(
      make(),
    );
  });

  test("an output pattern may be a RegExp", () => {
    const { readiness } = make({ readiness: { output: { pattern: /ready (now)?/gi } } });
    expect(readiness?.check).toEqual({ kind: "output", pattern: "ready (now)?", flags: "i" });
  });

  test("a relative working directory is relative to the host's", () => {
    expect(make({ cwd: "sub" }).cwd).toBe("/host/sub");
    expect(make({ cwd: "/other" }).cwd).toBe("/other");
  });

  test("a script takes the place of an empty command", () => {
    const { program } = make({ script: "main.py" }, "web", "");
    expect(program).toEqual({ kind: "script", script: "main.py", interpreter: "auto" });
  });

  test("the words of enums may be in lower case", () => {
    expect(make({ restart: { mode: "on-failure" } }).restart.mode).toBe("ON_FAILURE");
  });
});

test("throws one error that lists everything wrong", () => {
  const options = {
    args: "x",
    restart: { mode: "sometimes" },
    stop: { gracePeriod: -1 },
  } as unknown as TemplateOptions;
  let thrown: unknown;
  try {
    make(options, "a b", "");
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ProcessError);
  expect(thrown).toMatchObject({ code: "INVALID_TEMPLATE", process: "a b" });
  expect(String((thrown as ProcessError).message).split("\n")).toEqual([
    'the options of process "a b" are not valid:',
    '  args: is the text "x"; expected a list; write a list: ["x"]',
    '  restart.mode: unknown value "sometimes"; expected one of never, on-failure, always',
    "  stop.gracePeriod: -1ms is out of range; expected 0s to 24h",
    '  name: "a b" is not valid; expected 1 to 128 letters, digits and . _ @ - that do not start with . or -',
    "  command: is empty; expected a text; leave it out",
  ]);
});

test("refuses options that are not part of a template", () => {
  expect(() => make({ maxRestarts: 3 } as unknown as TemplateOptions)).toThrow("maxRestarts: unknown field");
});

test("gives a template that nobody can change", () => {
  const template = make({ args: ["a"], env: { A: "b" }, readiness: { tcp: { port: 1 } } });
  const parts = [template, template.args, template.env, template.restart.backoff, template.readiness?.check];
  expect(parts.every((part) => Object.isFrozen(part))).toBe(true);
});

test("does not keep or change what the caller passed", () => {
  const args = ["a"];
  const template = make({ args });
  args.push("b");
  expect(template.args).toEqual(["a"]);
  expect(Object.isFrozen(args)).toBe(false);
});
