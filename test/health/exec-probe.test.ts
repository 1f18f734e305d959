import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { createProbe } from "../../src/health/create-probe.js";
import type { Check } from "../../src/health/health-check.js";
import type { ProbeHandle, ProbeSubject } from "../../src/health/probe.js";
import { createNodeOs } from "../../src/os/node/node-os.js";
import type { SpawnRequest } from "../../src/os/os.js";
import { FakeOs } from "../../src/testing/fake-os.js";
import { tempDir } from "../repo/temp-dir.js";
import { reasonOf, subjectOf } from "./subject.js";

const os = createNodeOs();
afterAll(async () => await os.close());

/** The launch of the process that is asked. */
function launchIn(cwd: string, env: Readonly<Record<string, string>> = {}): SpawnRequest {
  return {
    file: "sleep",
    args: ["1000"],
    cwd,
    env: { ...os.host.env, DROVER_NAME: "app", DROVER_ID: os.newRunId(os.hostToken), ...env },
    detach: false,
    stdin: "pipe",
    stdout: { kind: "inherit" },
    stderr: { kind: "inherit" },
  };
}

function probeFor(
  program: Partial<Extract<Check, { kind: "exec" }>>,
  given: Partial<ProbeSubject> & { readonly cwd: string },
): ProbeHandle {
  const check = { kind: "exec", command: "", args: [], script: "", ...program } as const;
  return createProbe(check, subjectOf({ os, launch: () => launchIn(given.cwd), ...given }));
}

/** Whether a process lives; a zombie nobody has reaped yet does not. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\t[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** The PIDs a program has written into a file, as soon as there are so many. */
async function pidsIn(file: string, count: number): Promise<number[]> {
  return await vi.waitFor(
    () => {
      const pids = existsSync(file) ? readFileSync(file, "utf8").match(/\d+(?=\n)/g) : null;
      if (pids?.length !== count) throw new Error(`${file} holds ${pids?.length ?? 0} PIDs`);
      return pids.map(Number);
    },
    { timeout: 10_000, interval: 5 },
  );
}

describe("a program that ends", () => {
  test.each<[string, string | undefined]>([
    ["exit 0", undefined],
    ["echo fine >&2", undefined],
    ["exit 3", "exit code 3"],
    ["echo one >&2; echo 'no database' >&2; exit 3", "exit code 3: no database"],
    ["echo said elsewhere; exit 1", "exit code 1"],
    ["kill -9 $$", "SIGKILL"],
    ["echo going >&2; kill -TERM $$", "SIGTERM: going"],
  ])("%s: %s", async (script, expected) => {
    using dir = tempDir();
    expect(await reasonOf(probeFor({ script }, { cwd: dir.path }))).toBe(expected);
  });

  test("may write more than a pipe holds", async () => {
    using dir = tempDir();
    const script = "head -c 300000 /dev/zero | tr '\\0' x >&2; echo >&2; echo done >&2; exit 1";
    expect(await reasonOf(probeFor({ script }, { cwd: dir.path }))).toBe("exit code 1: done");
  });

  test("reads an empty input", async () => {
    using dir = tempDir();
    expect(await reasonOf(probeFor({ command: "cat" }, { cwd: dir.path }))).toBeUndefined();
  });

  test("gets its arguments as they are", async () => {
    using dir = tempDir();
    const words = { command: "test", args: ["a b", "=", "a b"] };
    expect(await reasonOf(probeFor(words, { cwd: dir.path }))).toBeUndefined();
  });

  test("runs where the process runs, with its variables", async () => {
    using dir = tempDir();
    const script = 'test "$(pwd -P)" = "$PLACE" && test "$DROVER_NAME" = app';
    const launch = (): SpawnRequest => launchIn(dir.path, { PLACE: dir.path });
    expect(await reasonOf(probeFor({ script }, { cwd: dir.path, launch }))).toBeUndefined();
  });

  test("runs with the interpreter of the process", async () => {
    using dir = tempDir();
    const interpreter = { file: process.execPath, args: [] };
    const script = "console.error(typeof process); process.exit(4)";
    expect(await reasonOf(probeFor({ script }, { cwd: dir.path, interpreter }))).toBe("exit code 4: object");
  });
});

describe("a program that cannot be started", () => {
  test("is a failure with the reason", async () => {
    using dir = tempDir();
    expect(await reasonOf(probeFor({ command: "drover-no-such-program" }, { cwd: dir.path }))).toMatch(
      /^cannot start "drover-no-such-program": no such program on PATH/,
    );
  });

  test("is one when the launch of the process cannot be worked out", async () => {
    const launch = (): SpawnRequest => {
      throw new Error("TOKEN is not set");
    };
    expect(await reasonOf(probeFor({ command: "true" }, { cwd: "/", launch }))).toBe("TOKEN is not set");
  });

  test("is none when it was aborted before", async () => {
    const fake = new FakeOs({ programs: { app: () => undefined } });
    const probe = probeFor({ command: "app" }, { cwd: "/", os: fake });
    expect(await reasonOf(probe, AbortSignal.abort())).toBe("the start was cancelled");
    expect(fake.processes).toEqual([]);
  });
});

test("a check has a DROVER_ID of its own, ends with the host, and keeps only its errors", async () => {
  const fake = new FakeOs({ programs: { app: (process) => process.end(0) } });
  const launch = { ...launchIn("/srv"), detach: true, nice: 5 };
  const probe = probeFor({ command: "app", args: ["-v"] }, { cwd: "/srv", os: fake, launch: () => launch });
  expect([await reasonOf(probe), await reasonOf(probe)]).toEqual([undefined, undefined]);
  const [first, second] = fake.processes.map(({ request }) => request);
  expect(first).toEqual({
    file: "app",
    args: ["-v"],
    cwd: "/srv",
    env: { ...launch.env, DROVER_ID: "fake-host.run-0" },
    nice: 5,
    detach: false,
    stdin: "ignore",
    stdout: { kind: "discard" },
    stderr: { kind: "pipe" },
  });
  expect(second?.env["DROVER_ID"]).toBe("fake-host.run-1");
});

test("the last words of a check are waited for", async () => {
  const fake = new FakeOs({
    programs: {
      app: (process) => {
        process.write("stderr", "no database\n");
        process.end(1);
      },
    },
  });
  expect(await reasonOf(probeFor({ command: "app" }, { cwd: "/", os: fake }))).toBe("exit code 1: no database");
});

test("a stranger that holds the errors of a check holds up nothing, and no pipe stays open", async () => {
  using dir = tempDir();
  // Without its environment, out of group and session and an orphan, nothing tells any more where it comes from.
  const stranger = "env -i setsid sh -c 'echo $$ >>pids; exec sleep 1000' &";
  const script = `${stranger} while ! [ -s pids ]; do :; done; echo bad >&2; exit 1`;
  const pipes = (): number => process.getActiveResourcesInfo().filter((name) => name === "PipeWrap").length;
  const before = pipes();
  expect(await reasonOf(probeFor({ script }, { cwd: dir.path }))).toBe("exit code 1: bad");
  const [pid = 0] = await pidsIn(join(dir.path, "pids"), 1);
  await expect.poll(pipes).toBeLessThanOrEqual(before);
  expect(isRunning(pid)).toBe(true);
  process.kill(pid, "SIGKILL");
});

describe("everything a check has started is killed", () => {
  // The second one leaves its group and session, and only its DROVER_ID tells where it comes from.
  const starts = "sleep 1000 & echo $! >>pids; setsid sh -c 'echo $$ >>pids; exec sleep 1000' &";

  test("when it is aborted, before it settles", async () => {
    using dir = tempDir();
    const given = new AbortController();
    const script = `trap '' TERM; echo $$ >>pids; ${starts} wait`;
    const asked = reasonOf(probeFor({ script }, { cwd: dir.path }), given.signal);
    const pids = await pidsIn(join(dir.path, "pids"), 3);
    expect(pids.map(isRunning)).toEqual([true, true, true]);
    given.abort();
    expect(await asked).toBe("the check was aborted");
    expect(pids.map(isRunning)).toEqual([false, false, false]);
  });

  test.each([
    [0, undefined],
    [1, "exit code 1: bad"],
  ])("when it ends with code %d and leaves them behind", async (code, reason) => {
    using dir = tempDir();
    const script = `${starts} while [ "$(wc -l <pids)" -lt 2 ]; do :; done; echo bad >&2; exit ${code}`;
    expect(await reasonOf(probeFor({ script }, { cwd: dir.path }))).toBe(reason);
    const pids = await pidsIn(join(dir.path, "pids"), 2);
    expect(pids.map(isRunning)).toEqual([false, false]);
  });

  test("but not the process it asks", async () => {
    using dir = tempDir();
    const launch = launchIn(dir.path);
    const child = await os.spawn({
      ...launch,
      stdin: "ignore",
      stdout: { kind: "discard" },
      stderr: { kind: "discard" },
    });
    const given = new AbortController();
    const script = "echo $$ >pids; exec sleep 1000";
    const asked = reasonOf(probeFor({ script }, { cwd: dir.path, launch: () => launch }), given.signal);
    const [pid = 0] = await pidsIn(join(dir.path, "pids"), 1);
    given.abort();
    await asked;
    expect([isRunning(pid), isRunning(child.identity.pid)]).toEqual([false, true]);
    child.signal("SIGKILL");
    await child.exit;
  });
});
