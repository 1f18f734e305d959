import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createNodeOs } from "../../src/os/node/node-os.js";
import { environmentOf } from "../../src/os/node/privilege/credentials.js";
import { findGroup, findGroupsOf, findUser } from "../../src/os/node/privilege/user-database.js";
import { readEntry } from "../../src/os/node/procfs/table.js";
import type { RunAs, SpawnRequest } from "../../src/os/os.js";
import { run } from "../repo/run.js";
import { tempDir } from "../repo/temp-dir.js";

const os = createNodeOs();
const isRoot = process.geteuid?.() === 0;

afterAll(() => os.close());

const request = (change: Partial<SpawnRequest>): SpawnRequest => ({
  file: "sh",
  args: [],
  cwd: "/",
  env: { PATH: process.env["PATH"] ?? "" },
  detach: false,
  stdin: "ignore",
  stdout: { kind: "discard" },
  stderr: { kind: "discard" },
  ...change,
});

async function outputOf(change: Partial<SpawnRequest>): Promise<string> {
  using dir = tempDir();
  const path = join(dir.path, "output");
  const child = await os.spawn(request({ ...change, stdout: { kind: "file", path } }));
  expect(await child.exit).toMatchObject({ code: 0 });
  return readFileSync(path, "utf8");
}

async function idsOf(runAs: RunAs): Promise<string> {
  const text = await outputOf({ args: ["-c", "grep -E '^(Uid|Gid|Groups):' /proc/self/status"], runAs });
  return text.replaceAll(/\s+/g, " ").trim();
}

/** A user of this machine that is a member of a group beside its own. */
async function findSociable(): Promise<{ readonly name: string; readonly groups: readonly number[] } | undefined> {
  const rows = readFileSync("/etc/group", "utf8").split("\n");
  const names = rows
    .flatMap((row) => row.split(":")[3]?.split(",") ?? [])
    .filter((name) => name !== "" && name !== "root");
  for (const name of names) {
    const user = await findUser(name);
    if (user !== undefined) return { name, groups: (await findGroupsOf(name)).filter((gid) => gid !== user.gid) };
  }
  return undefined;
}

describe.skipIf(!isRoot)("as root", () => {
  const nobody = "Uid: 65534 65534 65534 65534 Gid: 65534 65534 65534 65534 Groups:";

  test.each([
    [{ user: "nobody" }, nobody],
    [{ user: "65534" }, nobody],
    [{ user: "nobody", group: "daemon" }, "Uid: 65534 65534 65534 65534 Gid: 1 1 1 1 Groups:"],
    [{ user: "54321", group: "54321" }, "Uid: 54321 54321 54321 54321 Gid: 54321 54321 54321 54321 Groups:"],
    [{ group: "daemon" }, "Uid: 0 0 0 0 Gid: 1 1 1 1 Groups:"],
  ] as const)("%j gives these ids, and none of root's groups", async (runAs, ids) => {
    expect(await idsOf(runAs)).toBe(ids);
  });

  test("a user gets its supplementary groups, as at a login", async ({ skip }) => {
    const sociable = await findSociable();
    if (sociable === undefined) return skip("no user here is in a second group");
    expect(await idsOf({ user: sociable.name })).toMatch(new RegExp(`Groups: ${sociable.groups.join(" ")}$`));
  });

  test("a program that such a user cannot start is SPAWN_FAILED, not an exit code", async ({ skip }) => {
    const sociable = await findSociable();
    if (sociable === undefined) return skip("no user here is in a second group");
    using dir = tempDir();
    const secret = join(dir.path, "secret");
    writeFileSync(secret, "#!/bin/sh\n");
    chmodSync(secret, 0o700);
    for (const user of [sociable.name, "nobody"]) {
      const denied = os.spawn(request({ file: secret, runAs: { user } }));
      await expect(denied).rejects.toMatchObject({ code: "SPAWN_FAILED" });
      await expect(denied).rejects.toThrow(`user "${user}" may not execute "${secret}" (EACCES)`);
      const missing = os.spawn(request({ file: "no-such-program", runAs: { user } }));
      await expect(missing).rejects.toThrow(/no such program on PATH/);
    }
  });

  test("a number that is no user needs a group", async () => {
    const spawning = os.spawn(request({ runAs: { user: "54321" } }));
    await expect(spawning).rejects.toThrow("user 54321 is in no user database, so its group is not known");
  });

  test("HOME, USER, LOGNAME and SHELL become those of the user, unless the environment says otherwise", async () => {
    const user = await findUser("nobody");
    const args = ["-c", 'echo "$HOME $USER $LOGNAME $SHELL"'];
    const inherited = { ...(process.env as Record<string, string>) };
    const own = `${user?.home} nobody nobody ${user?.shell}\n`;
    expect(await outputOf({ args, env: inherited, runAs: { user: "nobody" } })).toBe(own);
    const env = { ...inherited, HOME: "/srv/app" };
    expect(await outputOf({ args, env, runAs: { user: "nobody" } })).toBe(own.replace(user?.home ?? "", "/srv/app"));
  });

  test("the process has its log though the directory is not its own, and cannot read it", async () => {
    using dir = tempDir();
    mkdirSync(join(dir.path, "logs"), { mode: 0o700 });
    const path = join(dir.path, "logs", "app.log");
    const args = ["-c", `echo kept; cat ${path} || echo denied`];
    const child = await os.spawn(request({ args, stdout: { kind: "file", path }, runAs: { user: "nobody" } }));
    await child.exit;
    expect(readFileSync(path, "utf8")).toBe("kept\ndenied\n");
  });

  test("its tree is listed, signalled and ended like any other", async () => {
    using dir = tempDir();
    chownSync(dir.path, 65534, 65534);
    const args = ["-c", "trap '' TERM; sleep 1000 & echo > ready; wait"];
    const child = await os.spawn(request({ args, cwd: dir.path, runAs: { user: "nobody" } }));
    await expect.poll(() => existsSync(join(dir.path, "ready"))).toBe(true);
    expect(await child.survivors()).toHaveLength(2);
    await child.signalTree("SIGKILL");
    expect(await child.exit).toMatchObject({ signal: "SIGKILL" });
    await expect.poll(() => child.survivors()).toEqual([]);
  });

  test("its tree ends with a host that is killed, though it belongs to another user", async () => {
    const adapter = new URL("../../dist/os/node/node-os.js", import.meta.url).href;
    const program = `
      const { createNodeOs } = await import(${JSON.stringify(adapter)});
      const os = createNodeOs();
      const env = { PATH: process.env.PATH, DROVER_ID: os.newRunId(os.hostToken) };
      const discard = { kind: "discard" };
      const request = { file: "sleep", args: ["1000"], cwd: "/", env, detach: false, stdin: "ignore" };
      const runAs = { user: "nobody" };
      const child = await os.spawn({ ...request, runAs, stdout: discard, stderr: discard });
      process.stdout.write(JSON.stringify(child.identity), () => process.kill(process.pid, "SIGKILL"));
    `;
    const host = await run(process.execPath, ["--input-type=module", "-e", program], { cwd: "/" });
    const { pid, startTicks } = JSON.parse(host.stdout) as { pid: number; startTicks: number };
    const isLeft = (): boolean => {
      const entry = readEntry(pid);
      return entry?.alive === true && entry.startTicks === startTicks;
    };
    await expect.poll(isLeft).toBe(false);
  });

  test("a program without root is refused before anything runs", async () => {
    using dir = tempDir();
    chmodSync(dir.path, 0o777);
    const args = ["-c", `touch ${join(dir.path, "ran")}`];
    process.seteuid?.(65534);
    try {
      const refused = os.spawn(request({ args, runAs: { user: "daemon" } }));
      await expect(refused).rejects.toMatchObject({
        code: "NOT_PERMITTED",
        message: 'cannot start "sh": runAs needs root: run the manager as root or remove runAs',
      });
    } finally {
      process.seteuid?.(0);
    }
    expect(existsSync(join(dir.path, "ran"))).toBe(false);
  });
});

describe("the user database", () => {
  test("finds users and groups by name and by number", async () => {
    expect(await findUser("root")).toMatchObject({ name: "root", uid: 0, gid: 0 });
    expect(await findUser("0")).toEqual(await findUser("root"));
    expect(await findUser("no-such-user")).toBeUndefined();
    expect(await findGroup("0")).toBe(0);
    expect(await findGroup("54321")).toBe(54321);
    expect(await findGroup("no-such-group")).toBeUndefined();
    expect(await findGroup("99999999999")).toBeUndefined();
    expect(await findUser("-P")).toBeUndefined();
  });

  test("without a user the environment stays as it is", () => {
    const env = { HOME: "/x" };
    expect(environmentOf(env, undefined)).toBe(env);
  });
});
