// Starts a program, reads its output, stops it with everything it started, and shows how it ended.
import { PassThrough } from "node:stream";
import { createProcessManager, describeExit } from "drover";

const manager = await createProcessManager();

const output = new PassThrough();
const ready = new Promise<void>((resolve) => {
  output.once("data", (text: Buffer) => {
    console.log(`it says: ${text.toString().trimEnd()}`);
    resolve();
  });
});

// A shell that starts a second process: a stop ends both.
const shell = manager.newProcess("shell", "sleep 60 & echo ready; wait", { shell: true, stdout: output });
await shell.start();
await ready;
console.log(`${shell.name} runs: ${shell.isAlive()}, processes: ${(await shell.stats()).processes}`);

const { exit, forced, survivors } = await shell.stopAndWait({ gracePeriod: "2s" });
console.log(`ended by ${exit === undefined ? "nothing" : describeExit(exit)}, asked for: ${exit?.cause === "stopped"}`);
console.log(`SIGKILL was needed: ${forced}, left: ${survivors.length}`);

await manager.close();
