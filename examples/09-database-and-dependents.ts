// Starts a database and an API that needs it, in this order, and sees what happens to the API when the database dies.
import { join } from "node:path";
import { createProcessManager } from "drover";
import { distinctUntilChanged, filter, firstValueFrom, map } from "rxjs";

const databasePort = 10_000 + 2 * (process.pid % 10_000); // likely to be free, like the next; yours are fixed ones
const apiPort = databasePort + 1;
const manager = await createProcessManager();

const api = manager.newProcess("api", "", {
  script: join(import.meta.dirname, "programs/api.mjs"),
  env: { PORT: String(apiPort), DATABASE_PORT: String(databasePort) },
  dependsOn: [{ name: "database" }], // may be defined later, and is started first
  readiness: { http: { url: `http://127.0.0.1:${apiPort}/ready` }, interval: "100ms", failureThreshold: 1 },
});
const database = manager.newProcess("database", process.execPath, {
  // For a real one: command postgres, args ["-D", "data"], stop: { signal: "SIGINT", gracePeriod: "30s" },
  // and readiness: { exec: { command: "pg_isready" } }
  args: [join(import.meta.dirname, "programs/database.mjs"), String(databasePort)],
  readiness: { tcp: { port: databasePort }, interval: "100ms" },
  restart: { mode: "always", backoff: { initial: "500ms" } },
});
const ready$ = api.status$.pipe(
  map(({ ready }) => ready),
  distinctUntilChanged(),
);
ready$.subscribe((ready) => console.log(`the API is ${ready ? "ready" : "not ready"}`));

await api.start(); // starts the database, waits until it is ready, and then for the API itself
await database.signal("SIGKILL");
await firstValueFrom(ready$.pipe(filter((ready) => !ready)));
console.log(manager.explain("api").summary.replace(/PID \d+/, "PID …"));
await firstValueFrom(ready$.pipe(filter((ready) => ready)));
console.log(`restarts of the database: ${database.status.restarts}, of the API: ${api.status.restarts}`);

const outcomes = await manager.stopAll(); // the API first
console.log(`stopped: ${outcomes.map(({ name, error }) => error?.message ?? name).join(", then ")}`);
await manager.close();
