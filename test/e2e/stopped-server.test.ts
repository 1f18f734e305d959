import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { filter, firstValueFrom, timeout } from "rxjs";
import { expect, test } from "vitest";
import { createProcessManager } from "../../src/index.js";
import { readEntry } from "../../src/os/node/procfs/table.js";
import { freePort } from "../repo/free-port.js";

const script = fileURLToPath(new URL("fixtures/server.mjs", import.meta.url));
const patience = { timeout: 20_000 };
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

test.skipIf(!existsSync("/proc/self/stat"))(
  "a server that was suspended by SIGSTOP is replaced once, because it does not answer any more",
  { timeout: 120_000 },
  async () => {
    const port = await freePort();
    const http = { url: `http://127.0.0.1:${port}/` };
    await using manager = await createProcessManager({ logger });
    const server = manager.newProcess("server", "", {
      script,
      env: { PORT: String(port) },
      readiness: { http, interval: "100ms" },
      liveness: { http, interval: "200ms", timeout: "1s", failureThreshold: 2 },
      stop: { gracePeriod: "2s" },
    });
    const pids = new Set<number>();
    server.status$.subscribe(({ pid }) => pid !== undefined && pids.add(pid));
    await server.start();
    const suspended = Number(server.pid);
    await expect.poll(() => server.checks.liveness?.verdict, patience).toBe("healthy");

    await server.signal("SIGSTOP");
    const replaced$ = server.status$.pipe(filter(({ ready, pid }) => ready && pid !== suspended));
    const replaced = await firstValueFrom(replaced$.pipe(timeout(40_000)));
    expect(replaced).toMatchObject({ restarts: 1, lifecycle: "running", desired: "up" });
    expect(replaced.reason).toMatch(/its liveness check failed 2 times in a row: .*1s/);
    expect(readEntry(suspended)?.alive ?? false, "the suspended one is gone").toBe(false);
    expect(await (await fetch(http.url)).text()).toBe(`${replaced.pid}\n`);

    // As many checks as would have ended it twice over, had the failures of the old one been counted again.
    await expect.poll(() => server.checks.liveness?.checks ?? 0, patience).toBeGreaterThan(5);
    expect([...pids]).toEqual([suspended, replaced.pid]);
    expect(server.status).toMatchObject({ restarts: 1, health: "healthy", ready: true });
    expect(server.checks.liveness).toMatchObject({ verdict: "healthy", failures: 0, lastFailure: undefined });
  },
);
