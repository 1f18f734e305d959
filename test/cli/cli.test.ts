import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { run } from "../repo/run.js";
import { tempDir } from "../repo/temp-dir.js";

const cli = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const drover = (args: readonly string[], cwd: string): ReturnType<typeof run> =>
  run(process.execPath, [cli, ...args], { cwd });

describe("drover --help", () => {
  test("and no arguments show the commands; a wrong one is bad usage with a suggestion", async () => {
    const help = await drover(["--help"], "/");
    expect(help).toMatchObject({ status: 0, stderr: "" });
    expect(help.stdout).toMatch(/up .*validate .*Exit codes:.*Examples:/s);
    expect(await drover(["--version"], "/")).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    const wrong = await drover(["validat"], "/");
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toContain("Did you mean validate?");
    expect((await drover(["up", "--nope"], "/")).status).toBe(2);
    expect((await drover(["up", "--help"], "/")).stdout).toContain("drover up --json");
  });
});

describe("drover validate", () => {
  test("prints every error like a compiler, and exits with 2", async () => {
    using dir = tempDir();
    writeFileSync(join(dir.path, "good.yaml"), "name: good\ncommand: 'true'\n");
    writeFileSync(join(dir.path, "bad.yaml"), "name: bad\ncommand: 'true'\nrestart:\n  mode: sometimes\nargz: [1]\n");
    const outcome = await drover(["validate", "good.yaml", "bad.yaml"], dir.path);
    expect(outcome.status).toBe(2);
    expect(outcome.stderr).toMatch(
      /^bad\.yaml:4:9: restart\.mode: unknown value "sometimes"; expected one of never, on-failure, always/m,
    );
    expect(outcome.stderr).toMatch(/^bad\.yaml:5:1: argz: .*did you mean.*args/m);
    expect(outcome.stdout).toContain("checked: 2 errors");
  });

  test("takes directories, and gives the same as JSON", async () => {
    using dir = tempDir();
    writeFileSync(join(dir.path, "good.json"), '{"name": "good", "command": "true"}');
    expect(await drover(["validate", "."], dir.path)).toMatchObject({
      status: 0,
      stdout: "1 template in 1 path checked: all valid\n",
    });
    writeFileSync(join(dir.path, "bad.json"), '{"name": "bad"}');
    const outcome = await drover(["validate", "--json", "."], dir.path);
    expect(outcome.status).toBe(2);
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      valid: false,
      templates: [{ name: "good" }],
      errors: [{ file: "bad.json" }],
    });
    expect((await drover(["validate", "none.json"], dir.path)).status).toBe(2);
  });

  test("a directory is also checked for how its templates go together", async () => {
    using dir = tempDir();
    const write = (name: string, dependsOn: string): void =>
      writeFileSync(
        join(dir.path, `${name}.yaml`),
        `name: ${name}\ncommand: 'true'\ndependsOn: [{name: ${dependsOn}}]\n`,
      );
    write("api", "elsewhere");
    const warned = await drover(["validate", "."], dir.path);
    expect(warned).toMatchObject({ status: 0, stdout: "1 template in 1 path checked: all valid\n" });
    expect(warned.stderr).toMatch(/^warning: api\.yaml: dependsOn\[0\]\.name: api depends on "elsewhere", of which/);
    write("api", "db");
    write("db", "api");
    const refused = await drover(["validate", "--json", "."], dir.path);
    expect(refused.status).toBe(2);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      valid: false,
      errors: [{ file: "api.yaml", message: expect.stringContaining("api → db → api") }],
      warnings: [],
    });
  });
});

describe("drover up", () => {
  test("runs what is marked, tells changes, and Ctrl-C stops everything and exits with 0", async () => {
    using dir = tempDir();
    writeFileSync(join(dir.path, "web.yaml"), "name: web\ncommand: sleep\nargs: ['1000']\nrunOnStartup: true\n");
    writeFileSync(join(dir.path, "idle.yaml"), "name: idle\ncommand: sleep\n");
    writeFileSync(
      join(dir.path, "short.yaml"),
      "name: short\ncommand: until test -e go; do sleep 0.05; done; echo hello; exit 3\nshell: true\nrunOnStartup: true\n",
    );
    writeFileSync(join(dir.path, "wrong.yaml"), "name: wrong\n");
    const up = await startUp(dir.path, []);
    // An end that comes before this table is told by the table.
    await up.line(/^web /);
    writeFileSync(join(dir.path, "go"), "");
    await up.line(/short .* → terminated {2}exit code 3$/);
    up.child.kill("SIGINT");
    await up.line(/web .* → terminated {2}stopped$/);
    expect(await up.ended).toEqual([0, null]);
    expect(up.output.join("\n")).toMatch(/^NAME +STATE +PID +UPTIME +COMMAND\nidle +initial +- +- +sleep\n/m);
    expect(up.errors.join("\n")).toMatch(/warning: wrong\.yaml:1:1: .*command/);
    expect(up.errors.join("\n")).toContain("stopping 1 process; Ctrl-C again kills");
    expect(readFileSync(join(dir.path, ".drover/logs/short.out.log"), "utf8")).toBe("hello\n");
  });

  test("kills at the second Ctrl-C", async () => {
    using dir = tempDir();
    const script = "trap '' TERM; echo ready; exec sleep 1000";
    const template = {
      name: "stubborn",
      command: "sh",
      args: ["-c", script],
      runOnStartup: true,
      stop: { gracePeriod: "600s" },
    };
    writeFileSync(join(dir.path, "stubborn.json"), JSON.stringify(template));
    const up = await startUp(dir.path, []);
    await up.line(/^stubborn /);
    await expect.poll(() => readFileSync(join(dir.path, ".drover/logs/stubborn.out.log"), "utf8")).toBe("ready\n");
    up.child.kill("SIGINT");
    // The same key press again, as `npm start` passes it on: it counts once.
    up.child.kill("SIGINT");
    await up.errorLine(/Ctrl-C again kills/);
    // Only after a while is it another key press: nothing tells when, so this has to wait.
    const again = setTimeout(() => up.child.kill("SIGINT"), 400);
    onTestFinished(() => clearTimeout(again));
    await up.line(/stubborn .*→ terminated {2}killed$/);
    expect(await up.ended).toEqual([0, null]);
  });

  test("tells each change as one JSON object a line", async () => {
    using dir = tempDir();
    writeFileSync(
      join(dir.path, "web.json"),
      '{"name": "web", "command": "sleep", "args": ["1000"], "runOnStartup": true}',
    );
    const up = await startUp(dir.path, ["--json"]);
    await up.line(/"name":"web"/);
    up.child.kill("SIGTERM");
    await up.line(/"state":"terminated"/);
    expect(await up.ended).toEqual([0, null]);
    const lines = up.output.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.at(-1)).toMatchObject({
      name: "web",
      state: "terminated",
      desired: "up",
      pid: null,
      exit: { signal: "SIGTERM" },
    });
    expect(lines[0]).toMatchObject({ name: "web", previous: null, lastError: null });
  });

  test("stops its processes when nobody reads its output any more", async () => {
    using dir = tempDir();
    const marker = join(dir.path, "ended");
    const script = `trap 'echo ended > ${marker}; exit 0' TERM; touch trapped; while :; do sleep 0.05; done`;
    writeFileSync(
      join(dir.path, "web.json"),
      JSON.stringify({ name: "web", command: "sh", args: ["-c", script], runOnStartup: true }),
    );
    writeFileSync(
      join(dir.path, "tick.json"),
      // Again and again: what is told before anybody listens for a closed pipe proves nothing.
      JSON.stringify({
        ...{ name: "tick", command: "sleep", args: ["0.2"], runOnStartup: true },
        restart: { mode: "always", backoff: { initial: "200ms", multiplier: 1 } },
      }),
    );
    // The reader goes when the process can be told to end, and not before.
    const reader = `{ read -r line; while test -d ${dir.path} -a ! -e trapped; do sleep 0.05; done; echo "$line"; }`;
    const outcome = await run("sh", ["-c", `"$0" "$1" up --template-dir . | ${reader}`, process.execPath, cli], {
      cwd: dir.path,
    });
    expect(outcome.stdout).toMatch(/^NAME /);
    await expect.poll(() => readFileSync(marker, "utf8")).toBe("ended\n");
  });

  test("exits with 2 without a template directory, and when none of the files is valid", async () => {
    using dir = tempDir();
    const missing = await drover(["up", "--template-dir", "none"], dir.path);
    expect(missing).toMatchObject({ status: 2, stdout: "" });
    expect(missing.stderr).toMatch(/error: there is no template directory .*none; create it/);
    writeFileSync(join(dir.path, "bad.json"), "{}");
    expect((await drover(["up", "--template-dir", "."], dir.path)).status).toBe(2);
  });
});

interface Up {
  readonly child: ChildProcess;
  readonly output: string[];
  readonly errors: string[];
  readonly ended: Promise<unknown[]>;
  line(pattern: RegExp): Promise<void>;
  errorLine(pattern: RegExp): Promise<void>;
}

async function startUp(cwd: string, args: readonly string[]): Promise<Up> {
  const child = spawn(process.execPath, [cli, "up", "--template-dir", ".", ...args], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = collect(child.stdout);
  const errors = collect(child.stderr);
  // Only then everything it has said is there.
  const ended = once(child, "close");
  await once(child, "spawn");
  return { child, output: output.lines, errors: errors.lines, ended, line: output.wait, errorLine: errors.wait };
}

/** Lines as they come, and a wait for one that matches, whether it came already or not. */
function collect(stream: NodeJS.ReadableStream): { lines: string[]; wait(pattern: RegExp): Promise<void> } {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const reader = createInterface({ input: stream });
  reader.on("line", (line) => {
    lines.push(line);
    for (const check of waiting) check();
  });
  const wait = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (!lines.some((line) => pattern.test(line))) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      reader.once("close", () => reject(new Error(`${pattern} never came in:\n${lines.join("\n")}`)));
      check();
    });
  return { lines, wait };
}
