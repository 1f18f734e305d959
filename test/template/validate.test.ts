import { describe, expect, test } from "vitest";
import { describeProblem } from "../../src/template/problem.js";
import { readTemplate } from "../../src/template/read-template.js";

const problemsOf = (value: unknown): string[] => {
  const read = readTemplate(value, "file", { cwd: "/base" });
  return read.template === undefined ? read.problems.map(describeProblem) : [];
};

describe("a value is refused with the exact reasons", () => {
  test.each<[unknown, string[]]>([
    [5, ["is the number 5; expected an object with keys such as name, title, description, labels, enabled"]],
    [[], ["is a list; expected an object with keys such as name, title, description, labels, enabled"]],
    [null, ["is null; expected an object with keys such as name, title, description, labels, enabled"]],
    [
      {},
      [
        "has none of command, script; expected exactly one of them",
        "name: is missing; expected 1 to 128 letters, digits and . _ @ - that do not start with . or -",
      ],
    ],
    [{ name: "a" }, ["has none of command, script; expected exactly one of them"]],
    [
      { command: "b" },
      ["name: is missing; expected 1 to 128 letters, digits and . _ @ - that do not start with . or -"],
    ],
    [
      { name: "../x", command: "b" },
      ['name: "../x" is not valid; expected 1 to 128 letters, digits and . _ @ - that do not start with . or -'],
    ],
    [
      { name: ".a", command: "b" },
      ['name: ".a" is not valid; expected 1 to 128 letters, digits and . _ @ - that do not start with . or -'],
    ],
    [
      { name: "-a", command: "b" },
      ['name: "-a" is not valid; expected 1 to 128 letters, digits and . _ @ - that do not start with . or -'],
    ],
  ])("%j", (value, problems) => {
    expect(problemsOf(value)).toEqual(problems);
  });
});

describe("a field of an otherwise valid template is refused with the exact reasons", () => {
  test.each<[object, string[]]>([
    [{ comand: "x" }, ['comand: unknown field; did you mean "command"?']],
    [{ cmd: "x" }, ['cmd: unknown field; did you mean "command"?']],
    [{ zzz: 1 }, ["zzz: unknown field"]],
    [{ restart: { mod: 1 } }, ['restart.mod: unknown field; did you mean "mode"?']],
    [
      { restart: { zzz: 1 } },
      [
        "restart.zzz: unknown field; expected one of mode, maxRestarts, backoff, resetAfter, successExitCodes, retryAfterGivingUp",
      ],
    ],
    [{ script: "x" }, ["script: conflicts with command; expected only one of command, script"]],
    [
      { restart: { mode: "on_failur" } },
      [
        'restart.mode: unknown value "on_failur"; expected one of never, on-failure, always; did you mean "on-failure"?',
      ],
    ],
    [{ restart: { mode: "x" } }, ['restart.mode: unknown value "x"; expected one of never, on-failure, always']],
    [{ restart: { mode: 99 } }, ["restart.mode: unknown value 99; expected one of never, on-failure, always"]],
    [{ restart: { mode: true } }, ["restart.mode: is true; expected one of never, on-failure, always"]],
    [
      { restart: "always" },
      [
        'restart: is the text "always"; expected an object with keys such as mode, maxRestarts, backoff, resetAfter, successExitCodes',
      ],
    ],
    [
      { env: { PORT: 3000, A: true, "B=": "x", "": "y", C: null } },
      [
        'env.PORT: is the number 3000; expected a text; quote it: "3000"',
        'env.A: is true; expected a text; quote it: "true"',
        'env["B="]: "B=" is not a variable name; expected a name such as PATH, not empty and without =',
        'env[""]: "" is not a variable name; expected a name such as PATH, not empty and without =',
        "env.C: is null; expected a text",
      ],
    ],
    [{ env: ["A=b"] }, ["env: is a list; expected an object of names and texts"]],
    [{ args: "x" }, ['args: is the text "x"; expected a list; write a list: ["x"]']],
    [
      { args: ["a", 5, null] },
      ['args[1]: is the number 5; expected a text; quote it: "5"', "args[2]: is null; expected a text"],
    ],
    [
      { stop: { gracePeriod: 5 } },
      [
        'stop.gracePeriod: is the number 5; expected a duration with its unit, such as "500ms", "1.5s" or "1m30s"; add the unit: "5s" or "5ms"',
      ],
    ],
    [
      { stop: { gracePeriod: "5 seconds" } },
      [
        'stop.gracePeriod: is the text "5 seconds"; expected a duration with its unit, such as "500ms", "1.5s" or "1m30s"',
      ],
    ],
    [
      { stop: { gracePeriod: "-5s" } },
      ['stop.gracePeriod: is the text "-5s"; expected a duration with its unit, such as "500ms", "1.5s" or "1m30s"'],
    ],
    [{ stop: { gracePeriod: "25h" } }, ["stop.gracePeriod: 25h is out of range; expected 0s to 24h"]],
    [
      { stop: { signal: "sigtrm" } },
      ['stop.signal: unknown signal "sigtrm"; expected a signal such as SIGTERM or SIGINT; did you mean "SIGTERM"?'],
    ],
    [{ stop: { signal: 15 } }, ['stop.signal: is the number 15; expected a text; quote it: "15"']],
    [{ stop: { signal: "99" } }, ['stop.signal: unknown signal "99"; expected a signal such as SIGTERM or SIGINT']],
    [{ instances: 0 }, ["instances: 0 is out of range; expected 1 to 10000 processes"]],
    [{ instances: 1.5 }, ["instances: is the number 1.5; expected a whole number"]],
    [{ instances: "2" }, ['instances: is the text "2"; expected a whole number; remove the quotes: 2']],
    [{ nice: 20 }, ["nice: 20 is out of range; expected -20 to 19"]],
    [{ nice: -21 }, ["nice: -21 is out of range; expected -20 to 19"]],
    [{ runOnStartup: "yes" }, ['runOnStartup: is the text "yes"; expected true or false; write true without quotes']],
    [{ runOnStartup: 1 }, ["runOnStartup: is the number 1; expected true or false"]],
    [
      { runOnStartup: true, run_on_startup: false },
      ["run_on_startup: is the same field as runOnStartup; keep one of the two spellings"],
    ],
    [{ readiness: {} }, ["readiness: has none of http, tcp, unix, output, exec; expected exactly one of them"]],
    [
      { readiness: { http: { url: "x" }, tcp: { port: 1 } } },
      [
        "readiness.tcp: conflicts with http; expected only one of http, tcp, unix, output, exec",
        'readiness.http.url: "x" is not an HTTP address; expected http://… or https://…',
      ],
    ],
    [{ readiness: { tcp: { port: 0 } } }, ["readiness.tcp.port: 0 is out of range; expected 1 to 65535"]],
    [{ readiness: { tcp: {} } }, ["readiness.tcp.port: is missing; expected a value"]],
    [{ readiness: { tcp: { port: 65536 } } }, ["readiness.tcp.port: 65536 is out of range; expected 1 to 65535"]],
    [
      { readiness: { http: { url: "ftp://x" } } },
      ['readiness.http.url: "ftp://x" is not an HTTP address; expected http://… or https://…'],
    ],
    [
      { readiness: { http: { url: "http://x", method: "get", expectedStatus: [99] } } },
      [
        'readiness.http.method: "get" is not valid; expected a method in capitals such as GET or HEAD',
        "readiness.http.expectedStatus[0]: 99 is out of range; expected 100 to 599",
      ],
    ],
    [
      { readiness: { output: { pattern: "(" } } },
      [
        "readiness.output.pattern: Invalid regular expression: /(/: Unterminated group; expected a JavaScript regular expression",
      ],
    ],
    [
      { readiness: { output: { pattern: "a", flags: "g" } } },
      ['readiness.output.flags: "g" is not valid; expected flags out of i, m, s, u and v'],
    ],
    [
      { readiness: { output: { pattern: "a", flags: "uv" } } },
      [
        "readiness.output.pattern: Invalid flags supplied to RegExp constructor 'uv'; expected a JavaScript regular expression",
      ],
    ],
    [{ readiness: { exec: {} } }, ["readiness.exec: has none of command, script; expected exactly one of them"]],
    [
      { readiness: { exec: { command: "a", script: "b" } } },
      ["readiness.exec: has both command and script; expected exactly one of them"],
    ],
    [
      { readiness: { tcp: { port: 1 }, interval: "1ms", failureThreshold: 0 } },
      [
        "readiness.interval: 1ms is out of range; expected 10ms to 24h",
        "readiness.failureThreshold: 0 is out of range; expected 1 to 4294967295 checks",
      ],
    ],
    [
      { restart: { backoff: { initial: "1m", max: "30s", multiplier: 0.5, jitter: 1.5 } } },
      [
        "restart.backoff.multiplier: 0.5 is out of range; expected 1 to 1000",
        "restart.backoff.jitter: 1.5 is out of range; expected 0 to 1",
        "restart.backoff.max: 30s is shorter than initial; expected at least 60s",
      ],
    ],
    [
      { restart: { backoff: { initial: "1m" } } },
      ["restart.backoff.max: 30s is shorter than initial; expected at least 60s"],
    ],
    [{ restart: { successExitCodes: [256] } }, ["restart.successExitCodes[0]: 256 is out of range; expected 0 to 255"]],
    [
      { restart: { maxRestarts: -1 } },
      ["restart.maxRestarts: -1 is out of range; expected a number from 0, or nothing for any number of restarts"],
    ],
    [{ affinity: {} }, ["affinity: has none of mask, list; expected exactly one of them"]],
    [{ affinity: { mask: "f", list: "0" } }, ["affinity.list: conflicts with mask; expected only one of mask, list"]],
    [
      { affinity: { mask: "xyz" } },
      [
        'affinity.mask: "xyz" is not a CPU mask; expected a hexadecimal mask of at most 64 bits that is not 0, such as "f"',
      ],
    ],
    [
      { affinity: { mask: "0" } },
      [
        'affinity.mask: the mask "0" allows no CPU; expected a hexadecimal mask of at most 64 bits that is not 0, such as "f"',
      ],
    ],
    [
      { affinity: { mask: "11111111111111111" } },
      [
        'affinity.mask: the mask "11111111111111111" is too long; expected a hexadecimal mask of at most 64 bits that is not 0, such as "f"',
      ],
    ],
    [
      { affinity: { list: "3-1" } },
      ['affinity.list: the range 3-1 runs backwards; expected CPU numbers and ranges such as "0-2,6" or "0-10:2"'],
    ],
    [
      { affinity: { list: "a" } },
      ['affinity.list: "a" is not a CPU list; expected CPU numbers and ranges such as "0-2,6" or "0-10:2"'],
    ],
    [
      { affinity: { list: "0-4:0" } },
      ['affinity.list: the range 0-4:0 has a stride of 0; expected CPU numbers and ranges such as "0-2,6" or "0-10:2"'],
    ],
    [{ affinity: { list: "9000" } }, ["affinity.list: there is no CPU 9000; expected numbers up to 8191"]],
    [{ dependsOn: [{ name: "a" }] }, ["dependsOn[0].name: a process cannot depend on itself; expected another name"]],
    [
      { dependsOn: [{ name: "c" }, { name: "c" }] },
      ["dependsOn[1].name: c is already in dependsOn[0]; expected each name once"],
    ],
    [{ dependsOn: ["c"] }, ['dependsOn[0]: is the text "c"; expected an object with keys such as name, condition']],
    [
      { dependsOn: [{ condition: "READY" }] },
      ["dependsOn[0].name: is missing; expected 1 to 128 letters, digits and . _ @ - that do not start with . or -"],
    ],
    [
      { readiness: { output: { pattern: "up" } }, logs: { mode: "INHERIT" } },
      ["readiness.output: cannot see what the process writes, because logs.mode is INHERIT; expected logs.mode FILE"],
    ],
    [
      { schedule: { cron: "0 0 31 2 *" } },
      [
        'schedule.cron: the cron expression "0 0 31 2 *": no day fits it, so it would never run; expected 5 fields such as "0 3 * * *" (every day at 3:00), 6 with seconds first, or a word such as "@daily"',
      ],
    ],
    [
      { schedule: { cron: "* * *" } },
      [
        'schedule.cron: the cron expression "* * *": it has 3 fields; expected 5 fields such as "0 3 * * *" (every day at 3:00), 6 with seconds first, or a word such as "@daily"',
      ],
    ],
    [{ schedule: {} }, ["schedule.cron: is missing; expected a value"]],
    [
      { schedule: { cron: "* * * * *", timezone: "Europe/Wien" } },
      ['schedule.timezone: unknown time zone "Europe/Wien"; expected a name such as "Europe/Vienna"'],
    ],
    [{ limits: {} }, ["limits: limits nothing; expected maxMemory or maxCpu or both"]],
    [
      { limits: { maxMemory: "lots" } },
      ['limits.maxMemory: is the text "lots"; expected a size in bytes, such as 1048576, "512MiB" or "10MB"'],
    ],
    [
      { limits: { maxMemory: -1 } },
      ['limits.maxMemory: is the number -1; expected a size in bytes, such as 1048576, "512MiB" or "10MB"'],
    ],
    [{ limits: { maxMemory: 0 } }, ["limits.maxMemory: 0 is out of range; expected at least 1"]],
    [{ limits: { maxCpu: 0 } }, ["limits.maxCpu: 0 is out of range; expected 0.1 to 1000000 percent"]],
    [{ logs: { maxSize: "1B" } }, ["logs.maxSize: 1B is out of range; expected at least 1KiB"]],
    [{ runAs: {} }, ["runAs: names nobody; expected user or group or both"]],
    [{ runAs: { user: 1000 } }, ['runAs.user: is the number 1000; expected a text; quote it: "1000"']],
    [{ command: "" }, ["command: is empty; expected a text; leave it out"]],
    [{ cwd: "" }, ["cwd: is empty; expected a text; leave it out"]],
    [{ args: ["a\u0000b"] }, ["args[0]: contains a NUL character; remove it: no program can be given one"]],
    [{ args: ["\ud800"] }, ["args[0]: contains half of a surrogate pair; expected valid Unicode"]],
    [
      { shell: true, command: null, script: "x" },
      ["shell: has no effect on a script; use command, or leave shell out"],
    ],
    [{ interpreter: "python3" }, ["interpreter: has no effect on a command; use script, or leave interpreter out"]],
    [
      { env: { A: "${B" } },
      [
        'env.A: cannot read the reference "${B"; expected ${VAR}, ${VAR:-default}, ${VAR:?message}; write $$ for a dollar',
      ],
    ],
    [
      { env: { A: "${B:-x" } },
      [
        'env.A: the reference "${B:-x" has no closing brace; expected ${VAR}, ${VAR:-default}, ${VAR:?message}; write $$ for a dollar',
      ],
    ],
    [
      { env: { A: "${1}" } },
      [
        'env.A: cannot read the reference "${1}"; expected ${VAR}, ${VAR:-default}, ${VAR:?message}; write $$ for a dollar',
      ],
    ],
    [{ labels: { "a b": 5 } }, ['labels["a b"]: is the number 5; expected a text; quote it: "5"']],
    [{ title: ["x"] }, ["title: is a list; expected a text"]],
    [{ startTimeout: "0s" }, ["startTimeout: 0s is out of range; expected 1ms to 24h"]],
    [
      { group: "a b" },
      ['group: "a b" is not valid; expected 1 to 128 letters, digits and . _ @ - that do not start with . or -'],
    ],
    [{ requiredEnv: [""] }, ["requiredEnv[0]: is empty; expected a text"]],
  ])("%j", (fields, problems) => {
    expect(problemsOf({ name: "a", command: "b", ...fields })).toEqual(problems);
  });

  test("a long Unix socket path", () => {
    const fields = { readiness: { unix: { path: `/${"é".repeat(52)}` } } };
    expect(problemsOf({ name: "a", command: "b", ...fields })).toEqual([
      "readiness.unix.path: the path is 105 bytes long; expected at most 104, the limit of Unix sockets",
    ]);
  });

  test("a variable that would change the class of an object", () => {
    const env: unknown = JSON.parse('{"__proto__": "x"}');
    expect(problemsOf({ name: "a", command: "b", env })).toEqual(["env.__proto__: is not allowed as a name"]);
  });

  test("a name of 129 characters, while 128 are fine", () => {
    expect(problemsOf({ name: "a".repeat(129), command: "b" })).toHaveLength(1);
    expect(problemsOf({ name: "a".repeat(128), command: "b" })).toEqual([]);
  });
});

test("all problems of a template are reported, not only the first", () => {
  const value = { nam: "a", command: 5, args: "x", restart: { mode: "sometimes", backoff: { initial: 3 } }, nice: 99 };
  expect(problemsOf(value).map((problem) => problem.split(":")[0])).toEqual([
    "nam",
    "name",
    "command",
    "args",
    "restart.mode",
    "restart.backoff.initial",
    "nice",
  ]);
});

describe("spellings that mean the same", () => {
  const read = (fields: object) =>
    readTemplate({ name: "a", command: "b", ...fields }, "file", { cwd: "/base" }).template;

  test.each<[object, object]>([
    [{ runOnStartup: true }, { run_on_startup: true }],
    [{ restart: { mode: "ON_FAILURE" } }, { restart: { mode: "on-failure" } }],
    [{ restart: { mode: "ON_FAILURE" } }, { restart: { mode: "On_Failure" } }],
    [{ restart: { mode: "ON_FAILURE" } }, { restart: { mode: 1 } }],
    [{ stop: { signal: "SIGINT" } }, { stop: { signal: "int" } }],
    [{ stop: { signal: "SIGINT" } }, { stop: { signal: "sigint" } }],
    [{ stop: { signal: "SIGINT" } }, { stop: { signal: "2" } }],
    [{ stop: { gracePeriod: "90s" } }, { stop: { grace_period: "1m30s" } }],
    [{ stop: { gracePeriod: "0.5s" } }, { stop: { gracePeriod: "500ms" } }],
    [{ limits: { maxMemory: "1048576" } }, { limits: { maxMemory: "1MiB" } }],
    [{ limits: { maxMemory: "1048576" } }, { limits: { maxMemory: 1048576 } }],
    [{ affinity: { mask: "ff" } }, { affinity: { mask: "0x00FF" } }],
    [{ affinity: { list: "0-10:2,12" } }, { affinity: { list: "0-10:2, 12" } }],
    [{}, { restart: null, args: null, env: null, cwd: null }],
    [{}, { restart: {}, stop: {}, logs: {}, args: [] }],
  ])("%j and %j", (canonical, other) => {
    expect(read(other)).toEqual(read(canonical));
    expect(read(canonical)).toBeDefined();
  });
});
