import { rmSync } from "node:fs";
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { firstValueFrom, race, timer } from "rxjs";
import type { ProcessManager } from "../manager/process-manager.js";
import type { Os } from "../os/os.js";
import type { ApiHost } from "./api-context.js";
import { createApp } from "./app.js";
import { listenInStateDir } from "./listen-in-state-dir.js";
import { UsageBoard } from "./usage-board.js";

/** A manager that can be reached from outside. */
export interface ApiServer extends AsyncDisposable {
  /** Where it listens. */
  readonly socketPath: string;
  /** Takes no more requests; resolves when those under way are answered, at most a second later. */
  close(): Promise<void>;
}

/** A request must have come within these times: a client that dawdles holds a connection. */
const limits = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000 } as const;

const longestFarewellMs = 1000;

/**
 * Serves a manager at the Unix socket in its state directory. The socket is gone before the manager lets go of the directory.
 *
 * @throws ProcessError UNSUPPORTED when the path of the socket is too long
 */
export async function serveManager(manager: ProcessManager, os: Os, host: ApiHost): Promise<ApiServer> {
  const usage = new UsageBoard(() => manager.getAllProcesses(), os.backgroundScheduler);
  const app = createApp({ manager, os, host, usage });
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  Object.assign(server, limits);
  const socketPath = await listenInStateDir(server, host.stateDir, os.host.identity.pid);
  // Once, and while the directory is still ours: later there may be the socket of the next manager.
  const isOurs = manager.processes$.subscribe({ complete: () => rmSync(socketPath, { force: true }) });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    if (!isOurs.closed) rmSync(socketPath, { force: true });
    isOurs.unsubscribe();
    closing ??= closeServer(server, os);
    return closing;
  };
  return { socketPath, close, [Symbol.asyncDispose]: close };
}

async function closeServer(server: Server, os: Os): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await firstValueFrom(race(closed, timer(longestFarewellMs, os.scheduler)));
  server.closeAllConnections();
  await closed;
}
