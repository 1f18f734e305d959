import fc from "fast-check";
import { type TemplateOptions, templateFromOptions } from "../../src/template/from-options.js";
import type { ProcessTemplate } from "../../src/template/process-template.js";

/** Text a program can be given: well-formed, without NUL; with the characters encodings trip over. */
const text = fc
  .oneof(
    fc.string({ unit: "grapheme", maxLength: 20 }),
    fc.constantFrom(
      "",
      "yes",
      "null",
      "~",
      "3000",
      "1e3",
      "0x1F",
      "- a",
      "# x",
      "a: b",
      "'",
      '"',
      "\\",
      "\n",
      "\r\n",
      "\t",
      "a\nb ",
      "é😀",
      "\u2028",
      "\u007f",
      "\u0085",
      "*a",
      "&a",
      "!t",
      "%",
      "@",
      "`",
      "{}",
      "[",
      "=",
      "<<",
    ),
  )
  .filter((value) => !value.includes("\0"));
const filled = text.filter((value) => value !== "");
const name = fc.stringMatching(/^[A-Za-z0-9_@][A-Za-z0-9._@-]{0,20}$/);
const envName = filled.filter((value) => !value.includes("=") && value !== "__proto__");
const envValue = text.map((value) => value.replaceAll("$", "$$$$"));
/** Milliseconds, down to a nanosecond. */
const duration = (min: number, max: number) =>
  fc.oneof(
    fc.integer({ min: Math.ceil(min), max }),
    fc.constantFrom(min, max),
    fc.integer({ min: 1, max: 10_000 }).map((us) => min + us / 1000),
  );
const positive = fc.integer({ min: 1, max: 1000 });

const partly = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { requiredKeys: [] });
const word = <const W extends string>(...words: W[]) => fc.constantFrom(...words);

const check = fc.oneof(
  fc
    .record({
      url: fc.webUrl(),
      method: word("GET", "HEAD"),
      expectedStatus: fc.array(fc.integer({ min: 100, max: 599 }), { maxLength: 3 }),
    })
    .map((http) => ({ http })),
  fc.record({ host: filled, port: fc.integer({ min: 1, max: 65_535 }) }).map((tcp) => ({ tcp })),
  filled.map((path) => ({ unix: { path } })),
  fc
    .record({ pattern: word("ready", "^a.*b$", "\\d+", "[\"']"), flags: word("", "i", "ms") })
    .map((output) => ({ output })),
  fc.record({ command: filled, args: fc.array(text, { maxLength: 3 }) }).map((exec) => ({ exec })),
  filled.map((script) => ({ exec: { script } })),
);

const health = fc
  .tuple(
    check,
    partly({
      interval: duration(10, 86_400_000),
      timeout: duration(1, 86_400_000),
      startPeriod: duration(0, 86_400_000),
      failureThreshold: positive,
      successThreshold: positive,
    }),
  )
  .map(([kind, rest]) => ({ ...kind, ...rest }));

const restart = partly({
  mode: word("NEVER", "ON_FAILURE", "ALWAYS"),
  maxRestarts: fc.nat(),
  backoff: partly({
    initial: duration(0, 10_000),
    multiplier: fc.double({ min: 1, max: 10, noNaN: true }),
    max: duration(20_000, 60_000),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  resetAfter: duration(0, 100_000_000),
  successExitCodes: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 4 }),
  retryAfterGivingUp: duration(1, 100_000_000),
});

const affinity = fc
  .tuple(
    fc.oneof(
      fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }).map((mask) => ({ mask: mask.toString(16) })),
      word("0-2,6", "0-10:2", "5").map((list) => ({ list })),
    ),
    partly({ delay: duration(0, 10_000) }),
  )
  .map(([cpus, rest]) => ({ ...cpus, ...rest }));

const limits = fc
  .tuple(
    fc.oneof(
      fc.record({
        maxMemory: fc
          .maxSafeNat()
          .map((bytes) => bytes + 1)
          .filter(Number.isSafeInteger),
      }),
      fc.record({ maxCpu: fc.double({ min: 0.1, max: 6400, noNaN: true }) }),
    ),
    partly({ over: duration(0, 86_400_000), action: word("RESTART", "STOP", "NOTIFY") }),
  )
  .map(([limit, rest]) => ({ ...limit, ...rest }));

const options = partly({
  title: text,
  description: text,
  labels: fc.dictionary(
    filled.filter((key) => key !== "__proto__"),
    text,
    { maxKeys: 3 },
  ),
  enabled: fc.boolean(),
  runOnStartup: fc.boolean(),
  args: fc.array(text, { maxLength: 5 }),
  cwd: filled,
  env: fc.dictionary(envName, envValue, { maxKeys: 4 }),
  envFiles: fc.array(filled, { maxLength: 2 }),
  inheritEnv: fc.boolean(),
  requiredEnv: fc.array(envName, { maxLength: 3 }),
  missingEnv: word("ERROR", "EMPTY", "KEEP"),
  runAs: fc.oneof(
    fc.record({ user: filled }),
    fc.record({ user: filled, group: filled }),
    fc.record({ group: filled }),
  ),
  detach: fc.boolean(),
  notify: fc.boolean(),
  restart,
  stop: partly({
    signal: word("SIGTERM", "SIGINT", "SIGUSR1", "SIGKILL"),
    gracePeriod: duration(0, 86_400_000),
    command: fc.array(text, { maxLength: 3 }),
  }),
  startTimeout: duration(1, 86_400_000),
  readiness: health,
  liveness: health,
  watch: partly({
    paths: fc.array(filled, { maxLength: 3 }),
    ignore: fc.array(filled, { maxLength: 3 }),
    debounce: duration(0, 3_600_000),
  }),
  limits,
  affinity,
  nice: fc.integer({ min: -20, max: 19 }),
  schedule: fc.record(
    {
      cron: word("* * * * *", "0 0 3 * * *"),
      timezone: word("UTC", "Europe/Vienna"),
      overlap: word("SKIP", "REPLACE"),
      maxDuration: duration(1, 100_000_000),
    },
    { requiredKeys: ["cron"] },
  ),
  group: fc.oneof(name, fc.constant("")),
  dependsOn: fc.uniqueArray(
    fc.record({
      name: name.map((value) => `+${value}`.replace("+", "d.")),
      condition: word("STARTED", "READY", "EXITED", "SUCCEEDED"),
    }),
    { selector: (item) => item.name, maxLength: 3 },
  ),
  instances: fc.integer({ min: 1, max: 10_000 }),
  logs: partly({
    stdout: filled,
    stderr: filled,
    mode: word("FILE", "INHERIT", "DISCARD"),
    maxSize: fc.integer({ min: 1024, max: 2 ** 40 }),
    maxFiles: positive,
    bufferLines: fc.nat({ max: 1_000_000 }),
    echo: fc.boolean(),
    compress: fc.boolean(),
    maxTotalSize: fc.integer({ min: 1024, max: 1_000_000_000 }),
    marker: fc.boolean(),
    stdoutLevel: fc.constantFrom("DEBUG", "info", "WARN", "ERROR"),
    stderrLevel: fc.constantFrom("DEBUG", "info", "WARN", "ERROR"),
  }),
  pidFile: filled,
});

const program = fc.oneof(
  fc.record({ command: filled, shell: fc.boolean() }),
  fc
    .record({ script: filled, interpreter: fc.oneof(fc.constant("auto"), filled) })
    .map((script) => ({ command: "", ...script })),
);

/** Any template there can be. */
export const anyTemplate: fc.Arbitrary<ProcessTemplate> = fc
  .tuple(name, program, options)
  .map(([own, { command, ...rest }, more]) =>
    templateFromOptions(`t${own}`.slice(0, 100), command, { ...seen(more), ...rest } as TemplateOptions, {
      cwd: "/base",
    }),
  );

/** A check of the output needs output that can be read. */
function seen<Options extends { logs?: { mode?: string }; readiness?: object; liveness?: object }>(
  more: Options,
): Options {
  const asksOutput = [more.readiness, more.liveness].some((check) => check !== undefined && "output" in check);
  return asksOutput && more.logs !== undefined ? { ...more, logs: { ...more.logs, mode: "FILE" } } : more;
}
