import { existsSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { readCommandLine, readEntry, readTable } from "../../src/os/node/procfs/table.js";
import { carriersOf } from "../faults/host-program.js";
import type { ComposeSet } from "./compose-set.js";
import { presentSegments, segmentOf } from "./shared-memory.js";

/** What a running set holds of the machine, so that one can look later whether it still does. */
export interface Footprint {
  readonly processes: readonly { readonly pid: number; readonly startTicks: number; readonly command: string }[];
  readonly runIds: readonly string[];
  /** Numbers of System V segments, shmget(2). */
  readonly segments: readonly string[];
  readonly files: readonly string[];
  readonly ports: readonly number[];
}

/** Everything that descends from a process, and what PostgreSQL has beside its files. */
export async function footprintOf(rootPid: number, { postgresDir, ports }: ComposeSet): Promise<Footprint> {
  const table = (await readTable()).filter(({ alive }) => alive);
  const pids = new Set([rootPid]);
  // A child may have a lower number than its parent: looked through until nothing is added.
  for (let before = 0; before < pids.size; ) {
    before = pids.size;
    for (const { pid, parentPid } of table) if (pids.has(parentPid)) pids.add(pid);
  }
  const tree = table.filter(({ pid }) => pids.has(pid));
  const runIds = tree.flatMap(({ runId }) => runId ?? []);
  const socket = join(postgresDir, `.s.PGSQL.${ports.postgres}`);
  return {
    processes: tree.map(({ pid, startTicks }) => ({ pid, startTicks, command: readCommandLine(pid).join(" ") })),
    runIds: [...new Set(runIds)],
    segments: [segmentOf(postgresDir) ?? "none"],
    files: [socket, `${socket}.lock`, join(postgresDir, "data/postmaster.pid")],
    ports: Object.values(ports),
  };
}

/** What is still there of it, in words. */
export async function remainsOf({ processes, runIds, segments, files, ports }: Footprint): Promise<readonly string[]> {
  const living = processes.filter(({ pid, startTicks }) => {
    const entry = readEntry(pid);
    return entry?.alive === true && entry.startTicks === startTicks;
  });
  const carriers = (await Promise.all(runIds.map(async (id) => await carriersOf("DROVER_ID", id)))).flat();
  const present = presentSegments();
  const answering = await Promise.all(ports.map(async (port) => ((await isListening(port)) ? [port] : [])));
  return [
    ...living.map(({ pid, command }) => `process ${pid}: ${command}`),
    ...carriers.map((pid) => `carries a DROVER_ID: ${pid}`),
    ...segments.filter((id) => present.includes(id)).map((id) => `shared memory segment ${id}`),
    ...files.filter((file) => existsSync(file)).map((file) => `file ${file}`),
    ...answering.flat().map((port) => `port ${port}`),
  ];
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}
