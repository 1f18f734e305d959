// Runs a process that is defined in a file, and changes one thing about it.
import { join } from "node:path";
import { createProcessManager } from "drover";

const manager = await createProcessManager({ templateDir: join(import.meta.dirname, "templates") });
for (const error of manager.templateErrors) console.error(String(error));

const template = manager.getTemplate("ticker");
if (template === undefined) throw new Error("templates/ticker.yaml is missing");
console.log(`${template.name}: ${template.title}, grace period ${template.stop.gracePeriodMs} ms`);

// A handle exists for every template of the directory; nothing ran yet.
const ticker = manager.newProcessFromTemplate("ticker");
console.log(`before: ${ticker.status.state}`);
await ticker.start();
console.log(`during: alive ${ticker.isAlive()}`);

// A template is plain, frozen data: a changed copy with another name is another process.
const faster = manager.newProcessFromTemplate({ ...template, name: "faster", env: { PAUSE_MS: "100" } });
await faster.start();
for (const { name, status } of manager.getAllProcesses()) console.log(`${name}: ${status.lifecycle}`);

await manager.close();
console.log(`after: ${ticker.status.state}, ${faster.status.state}`);
