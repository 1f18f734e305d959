import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { ProcessError } from "../../src/errors.js";
import type { AttachedChild, Child, Os, SpawnRequest } from "../../src/os/os.js";
import { isAlive } from "../../src/os/os-state.js";

/** What a program of the contract does; each adapter brings one for each kind. */
export type ProgramKind =
  | "sleeps"
  | "exits 3"
  | "ignores SIGTERM"
  | "has a child that ignores SIGTERM"
  | "echoes"
  | "listens at $SOCKET_PATH";

export interface OsHarness {
  readonly os: Os;
  /** A program that behaves this way, and is ready to when `spawn` resolved or it has written a line to stdout. */
  program(kind: ProgramKind): Pick<SpawnRequest, "file" | "args">;
  readonly cwd: string;
  /** Lets time pass until the promise settles; a real system just waits. */
  settle<Value>(promise: Promise<Value>): Promise<Value>;
  /** Starts a sleeping process that is not a child of the adapter, and gives its PID. */
  startForeign(): Promise<number>;
  /** Whether `runAs` and a negative `nice` are permitted; an adapter that is not root is asked with another harness. */
  readonly isPrivileged: boolean;
  /** Whether the adapter knows the states, groups and status records of /proc. */
  readonly seesKernel: boolean;
}

/** What every adapter of the Os port must do, the real ones and the fake one. */
export function describeOsContract(name: string, makeHarness: () => OsHarness): void {
  describe(`os contract: ${name}`, () => {
    const living: AttachedChild[] = [];

    afterEach(async () => {
      for (const child of living.splice(0)) {
        await child.signalTree("SIGKILL");
        child.sample();
      }
    });

    async function spawn(harness: OsHarness, kind: ProgramKind, change: Partial<SpawnRequest> = {}): Promise<Child> {
      const child = await harness.os.spawn(requestOf(harness, kind, change));
      living.push(child);
      if (child.stdout !== undefined) await new Promise((resolve) => child.stdout?.once("data", resolve));
      return child;
    }

    test("a spawned process lives, has an identity and a start time", async () => {
      const harness = makeHarness();
      const child = await spawn(harness, "sleeps");
      expect(isAlive(child.sample())).toBe(true);
      expect(child.identity.pid).toBeGreaterThan(1);
      expect(child.identity.startTicks).toBeGreaterThanOrEqual(0);
      expect(Object.isFrozen(child.identity)).toBe(true);
      const ageMs = harness.os.scheduler.now() - child.startedAt.getTime();
      expect(Math.abs(ageMs)).toBeLessThan(5000);
      expect(child.uptimeMs()).toBeGreaterThanOrEqual(0);
    });

    test("an exit code is told once, and the process is gone for every question", async () => {
      const harness = makeHarness();
      const child = await harness.os.spawn(requestOf(harness, "exits 3"));
      const exit = await harness.settle(child.exit);
      expect(exit).toMatchObject({ code: 3, signal: null, cause: "exited" });
      expect(exit.at).toBeInstanceOf(Date);
      expect(isAlive(child.sample())).toBe(false);
      expect(child.signal("SIGTERM")).toBe(false);
      expect(child.uptimeMs()).toBe(0);
      expect(child.kernelStatus()).toBeUndefined();
      expect(await child.survivors()).toEqual([]);
    });

    test("a death by signal is told by the name of the signal", async () => {
      const harness = makeHarness();
      const child = await spawn(harness, "sleeps");
      expect(child.signal("SIGTERM")).toBe(true);
      expect(await harness.settle(child.exit)).toMatchObject({ code: null, signal: "SIGTERM", cause: "signaled" });
    });

    test("a process that ignores SIGTERM lives on, and SIGKILL ends it", async () => {
      const harness = makeHarness();
      const child = await spawn(harness, "ignores SIGTERM", { stdout: { kind: "pipe" } });
      expect(child.signal("SIGTERM")).toBe(true);
      expect(child.signal("SIGKILL")).toBe(true);
      expect(await harness.settle(child.exit)).toMatchObject({ signal: "SIGKILL" });
    });

    test("a missing program and a missing directory are SPAWN_FAILED and told apart", async () => {
      const harness = makeHarness();
      const missing = { ...requestOf(harness, "sleeps"), file: "no-such-program-here" };
      await expect(harness.os.spawn(missing)).rejects.toMatchObject({ code: "SPAWN_FAILED" });
      await expect(harness.os.spawn(missing)).rejects.toThrow(/no such program/);
      const lost = requestOf(harness, "sleeps", { cwd: "/no/such/directory" });
      await expect(harness.os.spawn(lost)).rejects.toMatchObject({ code: "SPAWN_FAILED" });
      await expect(harness.os.spawn(lost)).rejects.toThrow(/working directory "\/no\/such\/directory" does not exist/);
    });

    test("a cancelled spawn is ABORTED and starts nothing", async () => {
      const harness = makeHarness();
      const spawning = harness.os.spawn(requestOf(harness, "sleeps"), AbortSignal.abort());
      await expect(spawning).rejects.toMatchObject({ code: "ABORTED" });
    });

    test("the tree is signalled as a whole, and survivors are listed until the last is gone", async () => {
      const harness = makeHarness();
      const kind = "has a child that ignores SIGTERM";
      const child = await spawn(harness, kind, { stdout: { kind: "pipe" } });
      expect(await child.survivors()).toHaveLength(2);
      await child.signalTree("SIGTERM", "SIGCONT");
      await harness.settle(child.exit);
      const survivors = await child.survivors();
      expect(survivors).toHaveLength(1);
      expect(survivors[0]?.pid).not.toBe(child.identity.pid);
      await child.signalTree("SIGKILL");
      await expect.poll(() => child.survivors(), { interval: 5 }).toEqual([]);
    });

    test("usage counts every process of the tree", async () => {
      const harness = makeHarness();
      const kind = "has a child that ignores SIGTERM";
      const child = await spawn(harness, kind, { stdout: { kind: "pipe" } });
      const usage = await child.usage();
      expect(await child.usage({ countFiles: false })).toMatchObject({
        processes: usage.processes,
        openFiles: undefined,
      });
      expect(usage.processes).toBe(2);
      expect(usage.memoryBytes).toBeGreaterThan(0);
      expect(usage.cpuPercent).toBeGreaterThanOrEqual(0);
    });

    test("standard input and output asked for as pipes are connected", async () => {
      const harness = makeHarness();
      const child = await harness.os.spawn(requestOf(harness, "echoes", { stdin: "pipe", stdout: { kind: "pipe" } }));
      living.push(child);
      const heard = new Promise<string>((resolve) =>
        child.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString())),
      );
      child.stdin?.write("hello\n");
      expect(await heard).toBe("hello\n");
      expect(child.stderr).toBeUndefined();
    });

    test("attaching to a running process holds it: state, command, signal and exit", async () => {
      const harness = makeHarness();
      const pid = await harness.startForeign();
      const attached = await harness.os.attach(pid);
      living.push(attached);
      expect(attached.identity.pid).toBe(pid);
      expect(isAlive(attached.sample())).toBe(true);
      expect(attached.commandLine.length).toBeGreaterThan(0);
      expect(attached.signal("SIGKILL")).toBe(true);
      const exited = attached.exit.then(() => "exited");
      const noticed = expect.poll(
        async () => {
          await harness.os.prepareSamples();
          return isAlive(attached.sample());
        },
        { interval: 5 },
      );
      await noticed.toBe(false);
      expect(await exited).toBe("exited");
      expect(attached.signal("SIGTERM")).toBe(false);
    });

    test("an identity attaches again to the same process, and to no other", async () => {
      const harness = makeHarness();
      const pid = await harness.startForeign();
      const attached = await harness.os.attach(pid);
      living.push(attached);
      const token = JSON.parse(JSON.stringify(attached.identity)) as typeof attached.identity;
      const again = await harness.os.attach(token);
      expect(again.identity).toEqual(attached.identity);
      again.release();
      const other = { ...token, startTicks: token.startTicks - 100_000 };
      await expect(harness.os.attach(other)).rejects.toMatchObject({ code: "NOT_SAME_PROCESS" });
    });

    test.each([0, -5, 1.5, Number.NaN, 2 ** 40, 99_999_999])("attaching to %s is NO_SUCH_PID", async (pid) => {
      const failure = makeHarness().os.attach(pid);
      await expect(failure).rejects.toBeInstanceOf(ProcessError);
      await expect(failure).rejects.toMatchObject({ code: "NO_SUCH_PID" });
    });

    test("a socket is found in the tree that listens at it, and in no other", async () => {
      const harness = makeHarness();
      const socketPath = join(harness.cwd, `drover-test-${Math.random()}.sock`);
      const env = { ...harness.os.host.env, SOCKET_PATH: socketPath };
      const server = await spawn(harness, "listens at $SOCKET_PATH", { env, stdout: { kind: "pipe" } });
      const stranger = await spawn(harness, "sleeps");
      expect(await server.listensOn(socketPath)).toBe(harness.seesKernel ? true : undefined);
      expect(await stranger.listensOn(socketPath)).toBe(harness.seesKernel ? false : undefined);
      expect(await server.listensOn(`${socketPath}.other`)).toBe(harness.seesKernel ? false : undefined);
      server.signal("SIGTERM");
      await harness.settle(server.exit);
    });

    test("runAs and a negative nice are NOT_PERMITTED without permission, and nothing runs", async () => {
      const harness = makeHarness();
      if (harness.isPrivileged) {
        await spawn(harness, "sleeps", { nice: -1 });
        await spawn(harness, "sleeps", { runAs: { user: "0" } });
        return;
      }
      for (const change of [{ nice: -1 }, { runAs: { user: "0" } }, { runAs: { group: "0" } }]) {
        const refused = harness.os.spawn(requestOf(harness, "sleeps", change));
        await expect(refused).rejects.toMatchObject({ code: "NOT_PERMITTED" });
      }
    });

    test("an unknown user or group is SPAWN_FAILED and named", async ({ skip }) => {
      const harness = makeHarness();
      if (!harness.isPrivileged) skip("only root may name a user");
      for (const runAs of [{ user: "no-such-user" }, { group: "no-such-group" }]) {
        const refused = harness.os.spawn(requestOf(harness, "sleeps", { runAs }));
        await expect(refused).rejects.toMatchObject({ code: "SPAWN_FAILED" });
        await expect(refused).rejects.toThrow(/"no-such-(user|group)"/);
      }
    });

    test("a suspended process shows as stopped, and as sleeping after SIGCONT", async ({ skip }) => {
      const harness = makeHarness();
      if (!harness.seesKernel) skip("without /proc the kernel's states cannot be seen");
      const child = await spawn(harness, "sleeps");
      child.signal("SIGSTOP");
      await expect.poll(() => child.sample(), { interval: 2 }).toBe("stopped");
      child.signal("SIGCONT");
      await expect.poll(() => child.sample(), { interval: 2 }).toBe("sleeping");
      expect(child.kernelStatus()).toMatchObject({ pid: child.identity.pid, stateLetter: "S" });
    });
  });
}

function requestOf(harness: OsHarness, kind: ProgramKind, change: Partial<SpawnRequest> = {}): SpawnRequest {
  return {
    ...harness.program(kind),
    cwd: harness.cwd,
    env: { ...harness.os.host.env, DROVER_ID: `contract-${Math.random()}` },
    detach: false,
    stdin: "ignore",
    stdout: { kind: "discard" },
    stderr: { kind: "discard" },
    ...change,
  };
}
