import { execFileSync } from "node:child_process";
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createNodeOs } from "../../src/os/node/node-os.js";
import { requireUnix } from "../../src/os/node/require-unix.js";
import type { SpawnRequest } from "../../src/os/os.js";
import { run } from "../repo/run.js";
import { tempDir } from "../repo/temp-dir.js";

const os = createNodeOs();
const isRoot = process.getuid?.() === 0;

const request = (change: Partial<SpawnRequest>): SpawnRequest => ({
  file: "true",
  args: [],
  cwd: "/",
  env: { PATH: process.env["PATH"] ?? "" },
  detach: false,
  stdin: "ignore",
  stdout: { kind: "discard" },
  stderr: { kind: "discard" },
  ...change,
});

async function failureOf(change: Partial<SpawnRequest>): Promise<{ code: string; message: string }> {
  const failure: unknown = await os.spawn(request(change)).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({ code: "SPAWN_FAILED", cause: expect.anything() });
  return failure as { code: string; message: string };
}

describe("a spawn that fails says what is really wrong", () => {
  test("a program that is not on PATH", async () => {
    const { message } = await failureOf({ file: "nod", env: { PATH: "/usr/bin:/bin" } });
    expect(message).toBe('cannot start "nod": no such program on PATH (/usr/bin:/bin)');
  });

  test("a path that does not exist", async () => {
    const { message } = await failureOf({ file: "./bin/server", cwd: "/usr" });
    expect(message).toBe('cannot start "./bin/server": no such file (ENOENT); relative paths start at "/usr"');
  });

  test("a working directory that does not exist, is a file, or may not be entered", async () => {
    using dir = tempDir();
    const file = join(dir.path, "file");
    writeFileSync(file, "");
    expect((await failureOf({ cwd: join(dir.path, "none") })).message).toContain("does not exist");
    expect((await failureOf({ cwd: file })).message).toContain(`working directory "${file}" is not a directory`);
  });

  test("a file without permission to execute, a directory, and a missing interpreter", async () => {
    using dir = tempDir();
    const script = join(dir.path, "script");
    writeFileSync(script, "#!/no/such/interpreter -x\n");
    expect((await failureOf({ file: script })).message).toContain(`"${script}" is not executable; run \`chmod +x\``);
    chmodSync(script, 0o755);
    expect((await failureOf({ file: script })).message).toContain(
      'the interpreter "/no/such/interpreter", which is missing',
    );
    expect((await failureOf({ file: dir.path })).message).toContain("is a directory");
  });

  test("too many arguments", async () => {
    const { message } = await failureOf({ args: Array.from({ length: 200 }, () => "x".repeat(100_000)) });
    expect(message).toMatch(/arguments \(20000200 bytes\) and environment .* are too large \(E2BIG\)/);
  });

  test("a log that is a FIFO nobody reads, or a directory: the host is not blocked", async () => {
    using dir = tempDir();
    const fifo = join(dir.path, "fifo");
    execFileSync("mkfifo", [fifo]);
    await failureOf({ stdout: { kind: "file", path: fifo } });
    const reader = openSync(fifo, "r+");
    expect((await failureOf({ stdout: { kind: "file", path: fifo } })).message).toContain("neither a file nor");
    closeSync(reader);
    await failureOf({ stdout: { kind: "file", path: dir.path } });
  });

  test("a user who may not enter the directory or use the program", async ({ skip }) => {
    if (!isRoot) skip("only root can become another user");
    using dir = tempDir();
    const locked = join(dir.path, "locked");
    mkdirSync(locked, { mode: 0o700 });
    const outcome = await runAsNobody(`
      const failure = await os.spawn(request({ cwd: ${JSON.stringify(locked)} })).catch((error) => error);
      console.log(failure.code, failure.message);
    `);
    expect(outcome.stdout).toMatch(/^SPAWN_FAILED .*working directory ".*" cannot be entered \(EACCES\)/);
  });
});

describe("shortages", () => {
  test("a process table that is full is tried again, and then told with its limit", async ({ skip }) => {
    if (!isRoot) skip("root's own processes are not limited, and only root can become another user");
    const outcome = await runAsNobody(
      `
      import { execFileSync } from "node:child_process";
      execFileSync("prlimit", ["--nproc=1", "--pid", String(process.pid)]);
      const failure = await os.spawn(request({})).catch((error) => error);
      console.log(failure.code, failure.message);
      `,
    );
    expect(outcome.stdout).toBe(
      'SPAWN_FAILED cannot start "true": the limit on processes is reached (EAGAIN); see `ulimit -u`\n',
    );
  });

  test("without a free descriptor a spawn fails typed, and works again once there is one", async () => {
    const outcome = await runScript(
      `
      import { openSync, closeSync } from "node:fs";
      const held = [];
      try { for (;;) held.push(openSync("/dev/null")); } catch {}
      for (const free of [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16]) {
        for (let i = 0; i < free; i++) closeSync(held.pop());
        const child = await os.spawn(request({ file: "sleep", args: ["1000"] })).catch((error) => error);
        if (child instanceof Error) console.log(child.code, /open files|EMFILE/.test(child.message));
        else { child.signal("SIGKILL"); await child.exit; console.log("started"); }
        // The guardian of what was started holds some of them by now.
        try { for (;;) held.push(openSync("/dev/null")); } catch {}
      }
      `,
      "ulimit -n 64",
    );
    const lines = outcome.stdout.trim().split("\n");
    expect(lines).toHaveLength(11);
    expect(lines[0]).toBe("SPAWN_FAILED true");
    expect(lines.at(-1)).toBe("started");
    expect(new Set(lines)).toEqual(new Set(["SPAWN_FAILED true", "started"]));
  }, 60_000);
});

describe("log files", () => {
  test("are made with their directory, for the owner only, and appended to", async () => {
    using dir = tempDir();
    const path = join(dir.path, "logs", "app.out.log");
    for (const word of ["one", "two"]) {
      const child = await os.spawn(request({ file: "echo", args: [word], stdout: { kind: "file", path } }));
      await child.exit;
    }
    expect(readFileSync(path, "utf8")).toBe("one\ntwo\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir.path, "logs")).mode & 0o777).toBe(0o700);
  });

  test("can be a character device, also through a link", async () => {
    using dir = tempDir();
    const link = join(dir.path, "null");
    symlinkSync("/dev/null", link);
    const child = await os.spawn(request({ file: "echo", args: ["x"], stdout: { kind: "file", path: link } }));
    expect(await child.exit).toMatchObject({ code: 0 });
  });
});

describe("the child", () => {
  test("is alone in a session and group of its own, and has no descriptor the host opened", async () => {
    using dir = tempDir();
    const path = join(dir.path, "secret of the host");
    const descriptor = openSync(path, "w");
    const script = "ps -o pid=,pgid=,sid= -p $$; ls -l /proc/self/fd";
    const child = await os.spawn(request({ file: "sh", args: ["-c", script], stdout: { kind: "pipe" } }));
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    await new Promise((resolve) => child.stdout?.once("end", resolve));
    closeSync(descriptor);
    const [ids = "", ...descriptors] = output.trim().split("\n");
    expect(new Set(ids.trim().split(/\s+/))).toEqual(new Set([String(child.identity.pid)]));
    expect(descriptors.join("\n")).toMatch(/ 0 -> \/dev\/null/);
    expect(descriptors.join("\n")).not.toContain(path);
  });
});

test("Windows is refused with what to do instead", () => {
  expect(() => requireUnix("win32")).toThrow(/does not support Windows.*WSL 2/);
  expect(() => requireUnix("darwin")).not.toThrow();
});

const adapter = new URL("../../dist/os/node/node-os.js", import.meta.url).href;

function runScript(body: string, limits: string, prefix: readonly string[] = []): ReturnType<typeof run> {
  const program = `
    import { createNodeOs } from ${JSON.stringify(adapter)};
    const os = createNodeOs();
    const request = (change) => ({ file: "true", args: [], cwd: "/", env: { PATH: process.env.PATH }, detach: false,
      stdin: "ignore", stdout: { kind: "discard" }, stderr: { kind: "discard" }, ...change });
    ${body}
  `;
  const [file = "sh", ...args] = [
    ...prefix,
    "sh",
    "-c",
    `${limits}; exec "$0" --input-type=module -e "$1"`,
    process.execPath,
    program,
  ];
  return run(file, args, { cwd: "/" });
}

function runAsNobody(body: string, limits = ":"): ReturnType<typeof run> {
  return runScript(body, limits, ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]);
}
