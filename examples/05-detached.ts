// Starts a process that outlives its manager, finds it again by its identity, reads its log, and stops it.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createProcessManager, type Identity } from "drover";

const dir = await mkdtemp(join(tmpdir(), "drover-example-"));
const log = join(dir, "ticker.log");

const first = await createProcessManager();
const ticker = first.newProcess("ticker", process.execPath, {
  args: [join(import.meta.dirname, "programs/ticker.mjs")],
  detach: true,
  logs: { stdout: log, stderr: log, mode: "file" },
});
await ticker.start();
const kept = JSON.stringify(ticker.identity); // a host program keeps this in a file
await first.close();
console.log("the first manager is closed");
while ((await readFile(log, "utf8")) === "") await delay(20); // it writes its log itself, no manager needed

// The identity proves that the PID still is the process meant, and not one that got its number later.
const second = await createProcessManager();
const again = await second.attachProcess("ticker", JSON.parse(kept) as Identity);
console.log(`found again: alive ${again.isAlive()}`);
const { survivors } = await again.stopAndWait();
await second.close();

console.log(`left: ${survivors.length}, its log: ${(await readFile(log, "utf8")).split("\n")[0]}`);
await rm(dir, { recursive: true });
