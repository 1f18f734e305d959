import { createServer, type RequestListener } from "node:http";
import { firstValueFrom } from "rxjs";
import { expect, test } from "vitest";
import { createProbe } from "../../src/health/create-probe.js";
import type { HealthCheck } from "../../src/health/health-check.js";
import type { HealthReport } from "../../src/health/health-report.js";
import { watchHealth } from "../../src/health/watch-health.js";
import { createNodeOs } from "../../src/os/node/node-os.js";
import { freePort } from "../repo/free-port.js";
import { closeOf, type Listener, listen } from "./listener.js";
import { subjectOf } from "./subject.js";

const os = createNodeOs();

function watchPort(port: number, changes: Partial<HealthCheck> = {}) {
  const check = { kind: "http", url: `http://127.0.0.1:${port}/`, method: "GET", expectedStatus: [] } as const;
  const policy: HealthCheck = {
    check,
    intervalMs: 60_000,
    timeoutMs: 10_000,
    startPeriodMs: 0,
    failureThreshold: 1,
    successThreshold: 1,
    ...changes,
  };
  return watchHealth(policy, createProbe(check, subjectOf()), { scheduler: os.scheduler });
}

const serve = async (answer: RequestListener, port = 0): Promise<Listener> => {
  return await listen(createServer(answer), { host: "127.0.0.1", port });
};

test("a server that comes up later is ready long before the next interval", async () => {
  const port = await freePort();
  const reports: HealthReport[] = [];
  let server: Listener | undefined;
  await new Promise<void>((resolve) => {
    const watching = watchPort(port, { failureThreshold: 2 }).subscribe((report) => {
      reports.push(report);
      if (report.checks === 2) void serve((_request, response) => response.end(), port).then((up) => (server = up));
      if (report.verdict !== "healthy") return;
      watching.unsubscribe();
      resolve();
    });
  });
  await server?.[Symbol.asyncDispose]();
  expect(reports.slice(0, 2).map(({ verdict, failures }) => [verdict, failures])).toEqual([
    ["starting", 1],
    ["starting", 1],
  ]);
  expect(reports.at(-1)?.lastFailure).toMatch(/ECONNREFUSED/);
});

test("a slow answer is healthy", async () => {
  await using server = await serve((_request, response) => void setTimeout(() => response.end(), 60));
  const report = await firstValueFrom(watchPort(server.port, { intervalMs: 20 }));
  expect([report.verdict, report.checks]).toEqual(["healthy", 1]);
});

test("a server that hangs is unhealthy at the timeout, and the connection to it is closed", async () => {
  const closed: Promise<void>[] = [];
  await using server = await serve((request) => closed.push(closeOf(request.socket)));
  const report = await firstValueFrom(watchPort(server.port, { timeoutMs: 50 }));
  expect([report.verdict, report.lastFailure]).toEqual(["unhealthy", "no answer within 50ms"]);
  await Promise.all(closed);
});

test("the end of the watch closes the connection of the check in flight", async () => {
  let asked = (): void => undefined;
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const closed: Promise<void>[] = [];
  await using server = await serve((request) => {
    closed.push(closeOf(request.socket));
    asked();
  });
  const watching = watchPort(server.port).subscribe();
  await isAsked;
  watching.unsubscribe();
  await Promise.all(closed);
  expect(server.sockets.length).toBe(1);
});
