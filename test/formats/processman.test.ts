import { describe, expect, test } from "vitest";
import { importText } from "../../src/formats/import-text.js";
import { examplesOf } from "./documents.js";
import { errorsOf, lossesOf, namesOf, onlyJson, onlyTemplate, places } from "./told.js";

const read = (...entries: object[]) => importText(JSON.stringify(entries), places);
const one = (fields: object) => onlyTemplate(JSON.stringify([{ id: "a", command: "x", ...fields }]));

describe("every file of the documentation", () => {
  const files = examplesOf("processman").filter(({ code }) => /"(script|command)"/.test(code));

  test.each(files.map(({ code }) => [code]))("%s", (code) => {
    const imported = importText(code, places);
    expect(imported.format).toBe("processman");
    expect(errorsOf(imported)).toEqual([]);
    expect(namesOf(imported)).toHaveLength(code.match(/"id"/g)?.length ?? 0);
  });

  test("fragments without a program are read, and said to have none", () => {
    const fragments = examplesOf("processman").filter(({ code }) => /"id": "(critical|my-agent)/.test(code));
    expect(fragments).toHaveLength(2);
    for (const { code } of fragments) {
      for (const error of errorsOf(importText(code, places)))
        expect(error).toContain("has no program; expected script or command");
    }
  });
});

test("the example with a Python agent means what its page says", () => {
  const [, , , , , { code } = { code: "" }] = examplesOf("processman");
  expect(onlyTemplate(code)).toMatchObject({
    name: "openai-agent",
    runOnStartup: true,
    program: { kind: "script", script: "agent.py", interpreter: "auto" },
    args: ["--model", "gpt-4"],
    cwd: "/host/data/agents/openai",
    env: { OPENAI_API_KEY: "${OPENAI_API_KEY}", PB_API_URL: "http://localhost:8090/api" },
    missingEnv: "EMPTY",
    restart: {
      mode: "ALWAYS",
      maxRestarts: 10,
      backoff: { initialMs: 2000, multiplier: 2, maxMs: 30_000, jitter: 0 },
      resetAfterMs: 10_000,
    },
    watch: { paths: ["./src", "./config"], debounceMs: 500 },
    logs: { echo: true, stdoutLevel: "INFO", stderrLevel: "ERROR" },
  });
});

test("what is left out means what the documentation says", () => {
  const { restart, cwd, env, args, watch } = one({});
  expect({ restart, cwd, env, args, watch }).toEqual({
    restart: {
      mode: "ALWAYS",
      maxRestarts: 10,
      backoff: { initialMs: 1000, multiplier: 2, maxMs: 30_000, jitter: 0 },
      resetAfterMs: 10_000,
      successExitCodes: [0],
      retryAfterGivingUpMs: "never",
    },
    cwd: "/host/data",
    env: {},
    args: [],
    watch: undefined,
  });
});

test.each([
  [{ maxRetries: 0 }, 0],
  [{ maxRetries: 3 }, 3],
  [{ maxRetries: -1 }, "unlimited"],
  [{ maxRetries: -7 }, "unlimited"],
])("%j is %j restarts", (fields, restarts) => {
  expect(one(fields).restart.maxRestarts).toBe(restarts);
});

test.each([
  ["100ms", 100],
  ["1m", 30_000],
  ["1h30m", 30_000],
  ["30s", 30_000],
])("a backoff of %s begins with %i ms", (backoff, initialMs) => {
  expect(one({ backoff }).restart.backoff).toMatchObject({ initialMs, maxMs: 30_000 });
});

test("variables are expanded as Go does it, and other dollars stay", () => {
  const env = { A: "$HOME/x", B: "${HOME}_y", C: "5$", D: "$5", E: "a$$b", F: "no" };
  expect(one({ env }).env).toEqual({ A: "${HOME}/x", B: "${HOME}_y", C: "5$", D: "$5", E: "a$$$$b", F: "no" });
});

test("script wins over command, and an interpreter is for scripts", () => {
  const both = read({ id: "a", script: "s.py", command: "x", interpreter: "/opt/python" });
  expect(both.templates[0]?.program).toEqual({ kind: "script", script: "s.py", interpreter: "/opt/python" });
  expect(lossesOf(both)).toEqual(["dropped [0].command: script is given, and wins"]);
  expect(lossesOf(read({ id: "a", command: "x", interpreter: "python" }))).toEqual([
    "dropped [0].interpreter: it has no effect on a command",
  ]);
});

test("devMode without paths watches the working directory; paths without devMode are told", () => {
  expect(one({ devMode: true }).watch).toMatchObject({ paths: ["."], debounceMs: 500 });
  expect(lossesOf(read({ id: "a", command: "x", watchPaths: ["src"] }))).toEqual([
    "dropped [0].watchPaths: nothing is watched without devMode; `drover up --dev` watches cwd",
  ]);
});

test("each mistake is told with its place, and the good processes are there", () => {
  const text = `[
  { "id": "good", "command": "x" },
  { "id": "bad", "command": "x", "maxRetries": "10", "args": "-v", "backoff": "5" },
  { "command": "x" },
  "no process",
  { "id": "good", "command": "y" },
  { "id": "odd", "command": "x", "restarts": 5 }
]`;
  const imported = importText(text, places);
  expect(namesOf(imported)).toEqual(["good", "odd"]);
  expect(errorsOf(imported)).toEqual([
    'f:3:48: [1].maxRetries: is the text "10"; expected a whole number',
    'f:3:62: [1].args: is the text "-v"; expected a list of texts',
    'f:3:79: [1].backoff: is the text "5"; expected a duration with its unit, such as "500ms", "1.5s" or "1m30s"',
    "f:4:3: [2].id: is missing; expected 1 to 128 letters, digits and . _ @ - that do not start with . or -",
    'f:5:3: [3]: is the text "no process"; expected an object',
    'f:6:3: [4]: the name "good" is already used in this file; rename one of the two',
  ]);
  expect(lossesOf(imported)).toEqual(["dropped [5].restarts: drover knows no such field of processman"]);
});

test("a name that templates cannot have is changed, and told", () => {
  const imported = read({ id: "../my agent", command: "x" });
  expect(namesOf(imported)).toEqual(["my-agent"]);
  expect(lossesOf(imported)).toEqual([
    'approximated [0].id: the name becomes "my-agent": names are letters, digits and . _ @ -',
  ]);
});

test("every field of the file has a row, with its line", () => {
  const { report } = importText('[\n{ "id": "a",\n  "command": "x" }\n]', places);
  expect(report).toEqual([
    { process: "a", field: "[0].id", outcome: "mapped", to: "name", note: "", line: 2, column: 3 },
    { process: "a", field: "[0].command", outcome: "mapped", to: "command", note: "", line: 3, column: 3 },
  ]);
});

test("the template is what a file of drover would have", () => {
  expect(onlyJson('[{ "id": "a", "command": "x", "cwd": "/srv", "maxRetries": -1 }]')).toEqual({
    name: "a",
    runOnStartup: true,
    command: "x",
    cwd: "/srv",
    missingEnv: "EMPTY",
    restart: { mode: "ALWAYS" },
    logs: { echo: true },
  });
});
