// Runs a Python agent in a virtual environment of its own, which another process makes before the agent's first start.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createProcessManager } from "drover";
import { filter, firstValueFrom } from "rxjs";

const dir = await mkdtemp(join(tmpdir(), "drover-example-"));
const manager = await createProcessManager();

manager.newProcess("venv", "python3", {
  args: ["-m", "venv", "--without-pip", ".venv"], // yours will also install its requirements
  cwd: dir,
});
const agent = manager.newProcess("agent", "", {
  script: join(import.meta.dirname, "programs/agent.py"),
  cwd: dir, // .venv/bin/python is looked for here, at each start
  env: { PYTHONUNBUFFERED: "1" }, // else Python keeps its lines to itself for a while
  dependsOn: [{ name: "venv", condition: "succeeded" }],
  readiness: { output: { pattern: "^agent: ready" } },
  restart: { mode: "on-failure", maxRestarts: 5, backoff: { initial: "200ms" } },
  stdout: process.stdout,
});

await agent.start(); // waits for venv, and then for the line that says that the agent is ready
console.log(`ready: ${agent.status.ready}`);

await agent.signal("SIGKILL"); // an accident: nobody has asked for a stop
await firstValueFrom(agent.status$.pipe(filter(({ ready, restarts }) => ready && restarts === 1)));
console.log(`it was ended by ${agent.lastCrash?.exit?.signal}, and is ready again`);

await manager.close();
await rm(dir, { recursive: true });
