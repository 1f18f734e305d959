import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { cli, place, shell } from "./daemon.js";

const init = fileURLToPath(new URL("../../dist/cli/init.sh", import.meta.url));
/** The first process of a namespace of its own, as in a container. */
const namespace = ["--pid", "--fork", "--mount-proc", "--kill-child"];
const canUnshare = spawnSync("unshare", [...namespace, "true"]).status === 0;
const canReplaceItself = "execve" in process;
const why = canUnshare ? "" : " (needs permission for a PID namespace)";

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
  /** Empty for a zombie. */
  readonly command: string;
}

/** All processes of the machine, those of namespaces included. */
function table(): readonly Row[] {
  return readdirSync("/proc").flatMap((pid): Row[] => {
    if (!/^\d+$/.test(pid) || !existsSync(`/proc/${pid}/stat`)) return [];
    try {
      const [, state = "", parent] = /\) (\S) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "latin1")) ?? [];
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      return [{ pid: Number(pid), parent: Number(parent), state, command }];
    } catch {
      return [];
    }
  });
}

/** The first process of the namespace that a child has made; 0 when it is not there yet. */
function firstIn(child: ChildProcess, rows: readonly Row[] = table()): number {
  return rows.find(({ parent }) => parent === child.pid)?.pid ?? 0;
}

const commands = [
  ["drover-init", [init, "up"]],
  ...(canReplaceItself ? [["drover", [process.execPath, cli, "up"]] as const] : []),
] as const;

test.skipIf(!canUnshare).for(commands)(
  `%s collects the orphans of its container, and passes on a signal${why}`,
  async ([, command]) => {
    const here = place({ name: "parent", ...shell('sh -c "sleep 4321 &"; exec sleep 1000'), runOnStartup: true });
    const child = spawn("unshare", [...namespace, ...command], { cwd: here.path, stdio: ["ignore", "pipe", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data: Buffer) => output.push(data.toString()));
    // By its command: the shell's own children are its children from the beginning, and end there, too.
    const adopted = (): number | undefined => {
      const rows = table();
      return rows.find((row) => row.parent === firstIn(child, rows) && row.command.startsWith("sleep 4321"))?.pid;
    };
    await expect.poll(adopted).toBeDefined();
    // It stays until it was seen: how long the shell above it takes to end is not known.
    const orphan = adopted();
    process.kill(Number(orphan), "SIGKILL");
    const uncollected = (): readonly Row[] => {
      const rows = table();
      const children = rows.filter((row) => row.parent === firstIn(child, rows));
      return children.filter((row) => row.pid === orphan || row.state === "Z");
    };
    await expect.poll(uncollected).toEqual([]);
    // A start that is given up says less.
    await expect.poll(() => output.join("")).toMatch(/^parent /m);
    expect(output.join("")).not.toContain("zombies");
    process.kill(firstIn(child), "SIGTERM");
    expect(await once(child, "close"), output.join("")).toEqual([0, null]);
    expect(output.join("")).toContain("stopping 1 process");
  },
);

test.skipIf(!canUnshare)(`drover-init is ended by a signal that comes before it has started drover${why}`, async () => {
  const here = place();
  const slow = '#!/bin/sh\necho early >&2\nread go\nexec /usr/bin/dirname "$@"\n';
  writeFileSync(join(here.path, "dirname"), slow, { mode: 0o755 });
  const env = { ...process.env, PATH: `${here.path}:${process.env["PATH"] ?? ""}` };
  const child = spawn("unshare", [...namespace, init, "up"], {
    cwd: here.path,
    env,
    stdio: ["pipe", "ignore", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stderr, "data");
  process.kill(firstIn(child), "SIGTERM");
  child.stdin.write("go on\n");
  expect(await once(child, "close")).toEqual([143, null]);
});

test.skipIf(!canUnshare || canReplaceItself)(
  `drover up as the first process says what is missing${why === "" && canReplaceItself ? " (this Node replaces itself)" : why}`,
  async () => {
    const here = place({ name: "web", ...shell("exec sleep 1000"), runOnStartup: true });
    const command = [...namespace, process.execPath, cli, "up"];
    const child = spawn("unshare", command, { cwd: here.path, stdio: ["ignore", "pipe", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const told = { out: "", err: "" };
    child.stdout.on("data", (data: Buffer) => {
      told.out += data.toString();
    });
    child.stderr.on("data", (data: Buffer) => {
      told.err += data.toString();
    });
    // A signal that comes before there is a handler for it does nothing to the first process of a namespace.
    await expect.poll(() => told.out).toMatch(/^web /m);
    expect(told.err).toContain("drover-init up");
    process.kill(firstIn(child), "SIGTERM");
    await once(child, "close");
  },
);
