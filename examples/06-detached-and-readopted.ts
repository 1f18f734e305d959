// Starts a process that outlives a killed host program, and lets the next manager of the state directory find it again.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createProcessManager } from "drover";

const [, program = "", doomedStateDir] = process.argv;
const ticker = join(import.meta.dirname, "programs/ticker.mjs");

if (doomedStateDir !== undefined) await crash(doomedStateDir);
else await survive();

/** The first host program. It has no chance to close anything. */
async function crash(stateDir: string): Promise<void> {
  const manager = await createProcessManager({ stateDir });
  await manager.newProcess("kept", process.execPath, { args: [ticker], detach: true }).start();
  await manager.newProcess("bound", process.execPath, { args: [ticker] }).start();
  process.kill(process.pid, "SIGKILL");
}

/** The next host program. */
async function survive(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "drover-example-"));
  const stateDir = join(dir, "state");
  const args = [...process.execArgv, program, stateDir];
  const [, signal] = await once(spawn(process.execPath, args, { stdio: "inherit" }), "exit");
  console.log(`the first host program was ended by ${signal}`);

  const logger = { debug: ignore, info: tell, warn: tell, error: tell };
  const manager = await createProcessManager({ stateDir, logger });
  console.log(`found again: ${manager.getAllProcesses().map(({ name }) => name)}`);

  // The code that has started it gets the process that runs, not a second one.
  const kept = manager.newProcess("kept", process.execPath, { args: [ticker], detach: true });
  const before = kept.pid;
  await kept.start();
  console.log(`the same process: ${kept.pid === before}, wanted: ${kept.status.desired}`);

  const log = join(stateDir, "logs/kept.out.log");
  while ((await readFile(log, "utf8")) === "") await delay(20); // it has only just been started
  const { survivors } = await kept.stopAndWait();
  await manager.close();
  console.log(`left: ${survivors.length}, its log: ${(await readFile(log, "utf8")).split("\n")[0]}`);
  await rm(dir, { recursive: true });
}

function tell(_fields: object, message: string): void {
  console.log(`manager: ${message.replace(/\d+/, "…")}`);
}

function ignore(): void {}
