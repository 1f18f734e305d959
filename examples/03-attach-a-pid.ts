// A host program of 15 lines: a template, an unrelated PID, notifications, and nothing left running at the end.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createProcessManager } from "drover";

const stranger = spawn("sleep", ["60"], { detached: true, stdio: "ignore" }); // drover knows nothing of this one

const manager = await createProcessManager({ templateDir: join(import.meta.dirname, "templates") });
manager.notifications$.subscribe(({ name, previous, state }) => console.log(`${name}: ${previous ?? "-"} → ${state}`));

await manager.newProcessFromTemplate("ticker").start();
const attached = await manager.attachProcess("stranger", Number(stranger.pid), { notify: true });
console.log(`attached to ${[attached.command, ...attached.args].join(" ")}`);

await attached.stopAndWait(); // close() would leave it alone: drover did not start it
await manager.close();
