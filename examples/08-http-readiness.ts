// Starts an HTTP API, waits until it is ready to serve, and has it replaced when it does not answer any more.
import { join } from "node:path";
import { createProcessManager } from "drover";
import { filter, firstValueFrom } from "rxjs";

const port = 10_000 + (process.pid % 20_000); // one that is likely to be free; yours is a fixed one
const http = { url: `http://127.0.0.1:${port}/ready` };

const manager = await createProcessManager();
const api = manager.newProcess("api", "", {
  script: join(import.meta.dirname, "programs/api.mjs"),
  env: { PORT: String(port) },
  // Not ready in time, it is stopped, and start() rejects with the last answer and the last output.
  readiness: { http, interval: "100ms" },
  startTimeout: "30s",
  // Three failures in a row replace it, whatever its restart policy. Take longer times than these for a real one.
  liveness: { http, interval: "200ms", timeout: "1s" },
  stop: { gracePeriod: "2s" },
});

await api.start();
console.log(`ready: ${api.status.ready}, it says: ${(await (await fetch(`http://127.0.0.1:${port}/`)).text()).trim()}`);

await api.signal("SIGSTOP"); // it hangs, but it does not end: no restart policy would notice
const replaced = await firstValueFrom(api.status$.pipe(filter(({ restarts, ready }) => restarts === 1 && ready)));
console.log(`why it was replaced: ${replaced.reason}`);

await manager.close();
