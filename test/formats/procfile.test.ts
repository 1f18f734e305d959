import { expect, test } from "vitest";
import { importText } from "../../src/formats/import-text.js";
import { errorsOf, lossesOf, namesOf, places } from "./told.js";

const text = `# ours
web: bundle exec puma -C 'config/puma file.rb'
worker: FOO=1 node worker.js | tee log
release-1:   ./migrate
`;

test("each line is a process", () => {
  const imported = importText(text, places);
  expect(imported.format).toBe("procfile");
  expect(errorsOf(imported)).toEqual([]);
  expect(
    imported.templates.map(({ name, program, args, env, cwd, runOnStartup, restart }) => {
      return { name, program, args, env, cwd, runOnStartup, mode: restart.mode };
    }),
  ).toEqual([
    {
      name: "web",
      program: { kind: "command", command: "bundle", shell: false },
      args: ["exec", "puma", "-C", "config/puma file.rb"],
      ...{ env: { PORT: "5000" }, cwd: "/host/data", runOnStartup: true, mode: "NEVER" },
    },
    {
      name: "worker",
      program: { kind: "command", command: "FOO=1 node worker.js | tee log", shell: true },
      args: [],
      ...{ env: { PORT: "5100" }, cwd: "/host/data", runOnStartup: true, mode: "NEVER" },
    },
    {
      name: "release-1",
      program: { kind: "command", command: "./migrate", shell: false },
      args: [],
      ...{ env: { PORT: "5200" }, cwd: "/host/data", runOnStartup: true, mode: "NEVER" },
    },
  ]);
});

test("a .env beside it is an env file, and may say where ports begin", () => {
  const files: Readonly<Record<string, string>> = { "/host/data/.env": "A=1\nPORT=3000\n" };
  const options = { ...places, exists: (path: string) => path in files, readFile: (path: string) => files[path] };
  const { templates } = importText(text, options);
  expect(templates.map(({ env, envFiles }) => [env["PORT"], envFiles])).toEqual([
    ["3000", ["/host/data/.env"]],
    ["3100", ["/host/data/.env"]],
    ["3200", ["/host/data/.env"]],
  ]);
});

test("without a PORT in .env ports begin at that of the environment, which is told", () => {
  const read = (options: object) => importText("web: x\nworker: y\n", { ...places, ...options });
  const ports = (options: object) => read(options).templates.map(({ env }) => env["PORT"]);
  const env = { PORT: "7000" };
  expect([ports({ env: {} }), ports({ env }), ports({ env: { PORT: "http" } })]).toEqual([
    ...[
      ["5000", "5100"],
      ["7000", "7100"],
      ["5000", "5100"],
    ],
  ]);
  expect(lossesOf(read({ env }))).toEqual(
    ["web", "worker"].map(
      (name) => `approximated ${name}.port: counted from the PORT that the environment has right now`,
    ),
  );
  const readFile = () => "A=1\nPORT = '3000'\n";
  const beside = { readFile, exists: () => true, env };
  expect([ports(beside), lossesOf(read(beside))]).toEqual([["3000", "3100"], []]);
});

test("each mistake is told with its line", () => {
  expect(errorsOf(importText("web: x\nno process\nweb: y\n", { ...places, format: "procfile" }))).toEqual([
    "f:2:1: this line cannot be read; expected NAME: COMMAND",
    "f:3:1: web is given twice; expected each name once",
  ]);
  const imported = importText("web: 'open\nok: x\nempty:\n", { ...places, format: "procfile" });
  expect(namesOf(imported)).toEqual(["ok"]);
  expect(errorsOf(imported)).toEqual([
    "f:1:1: web.line: the quote ' at character 1 is never closed; expected a command line",
    "f:3:1: empty.line: is empty; expected a command line",
  ]);
});

test("a line that cannot be read is an error, and the others are processes", () => {
  const imported = importText("web: bin/web\nnonsense\nworker: bin/work\n", places);
  expect([imported.format, namesOf(imported)]).toEqual(["procfile", ["web", "worker"]]);
  expect(errorsOf(imported)).toEqual(["f:2:1: this line cannot be read; expected NAME: COMMAND"]);
  const unit = importText("[Service]\nExecStart=/bin/x\nnonsense\n", { ...places, file: "web.service" });
  expect([unit.format, namesOf(unit)]).toEqual(["systemd", ["web"]]);
  expect(errorsOf(unit)).toEqual(["web.service:3:1: this line cannot be read; expected [section] or key=value"]);
});
