import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listensOn } from "../../src/os/node/procfs/unix-listeners.js";
import { tempDir } from "../repo/temp-dir.js";

const server = `
  const [path, next] = process.argv.slice(1);
  require("net").createServer().listen(path, () => { if (next) process.chdir(next); console.log("ready"); });
`;

/** A process that listens at a path, from a directory, and goes to another one afterwards. */
async function startServer(path: string, cwd: string, next = ""): Promise<Disposable & { readonly pid: number }> {
  const child: ChildProcess = spawn(process.execPath, ["-e", server, path, next], {
    cwd,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.stdout !== null) await once(child.stdout, "data");
  return { pid: child.pid ?? 0, [Symbol.dispose]: () => child.kill("SIGKILL") };
}

describe.skipIf(!existsSync("/proc/self/net/unix"))("who listens at a Unix socket", () => {
  test("is told by the descriptors of the processes asked about", async () => {
    using dir = tempDir();
    const path = join(dir.path, "a b.sock");
    using holder = await startServer(path, "/");
    expect(await listensOn([holder], path)).toBe(true);
    expect(await listensOn([{ pid: process.pid }], path)).toBe(false);
    expect(await listensOn([{ pid: process.pid }, holder], path)).toBe(true);
    expect(await listensOn([], path)).toBe(false);
  });

  test("a client's end, a stale file and a path without a file are nobody", async () => {
    using dir = tempDir();
    const stale = join(dir.path, "stale.sock");
    writeFileSync(stale, "");
    expect(await listensOn([{ pid: process.pid }], stale)).toBe(false);
    expect(await listensOn([{ pid: process.pid }], join(dir.path, "none.sock"))).toBe(false);
    const path = join(dir.path, "own.sock");
    const listening = createServer().listen(path);
    await once(listening, "listening");
    expect(await listensOn([{ pid: process.pid }], path)).toBe(true);
    unlinkSync(path);
    expect(await listensOn([{ pid: process.pid }], path)).toBe(false);
    listening.close();
    await once(listening, "close");
  });

  test("a connection that outlives its listener is nobody who listens", async () => {
    using dir = tempDir();
    const path = join(dir.path, "s.sock");
    const listening = createServer((accepted) => accepted.unref()).listen(path);
    await once(listening, "listening");
    const client = connect(path);
    await once(listening, "connection");
    listening.close();
    writeFileSync(path, "");
    expect(await listensOn([{ pid: process.pid }], path)).toBe(false);
    client.destroy();
    await once(listening, "close");
  });

  test("links to the directory or to the socket are followed", async () => {
    using dir = tempDir();
    mkdirSync(join(dir.path, "run"));
    symlinkSync("run", join(dir.path, "var-run"));
    symlinkSync("run/real.sock", join(dir.path, "link.sock"));
    using holder = await startServer(join(dir.path, "var-run", "real.sock"), "/");
    for (const path of ["run/real.sock", "var-run/real.sock", "link.sock"]) {
      expect(await listensOn([holder], join(dir.path, path)), path).toBe(true);
    }
  });

  test("a relative bind is taken from where its holder is, and unknown when that is somewhere else", async () => {
    using dir = tempDir();
    const path = join(dir.path, "s.sock");
    using still = await startServer("./s.sock", dir.path);
    expect(await listensOn([still], path)).toBe(true);
    unlinkSync(path);
    using moved = await startServer("s.sock", dir.path, "/");
    expect(await listensOn([moved], path)).toBeUndefined();
    expect(await listensOn([{ pid: process.pid }], path)).toBe(false);
  });

  test("a process that has ended holds nothing", async () => {
    using dir = tempDir();
    const path = join(dir.path, "s.sock");
    using holder = await startServer(path, "/");
    expect(await listensOn([{ pid: 0x7ffffff0 }, holder], path)).toBe(true);
    expect(await listensOn([{ pid: 0x7ffffff0 }], path)).toBe(false);
  });

  test.skipIf(process.geteuid?.() !== 0)("descriptors of another user are no answer", async () => {
    using dir = tempDir();
    const path = join(dir.path, "s.sock");
    using holder = await startServer(path, "/");
    process.seteuid?.(65534);
    const answer = await listensOn([holder], path).finally(() => process.seteuid?.(0));
    expect(answer).toBeUndefined();
  });
});
