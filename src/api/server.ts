import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import { firstValueFrom, race, timer } from "rxjs";
import { ProcessError } from "../errors.js";
import type { ProcessManager } from "../manager/process-manager.js";
import type { Os } from "../os/os.js";
import { guard } from "./access.js";
import type { ApiContext, ApiHost } from "./api-context.js";
import { createApp } from "./app.js";
import { Counters } from "./counters.js";
import { openEventFeed } from "./event-feed.js";
import type { ListenAddress } from "./listen-address.js";
import { listenInStateDir } from "./listen-in-state-dir.js";
import { LogFeeds } from "./log-feeds.js";
import { StreamLimit } from "./stream-limit.js";
import { UsageBoard } from "./usage-board.js";

/** A manager that can be reached from outside. */
export interface ApiServer extends AsyncDisposable {
  /** Where it listens. */
  readonly socketPath: string;
  /** Where it listens on a network, if it does. */
  readonly url: string | undefined;
  /** Takes no more requests; resolves when those under way are answered, at most a second later. */
  close(): Promise<void>;
}

/** A request must have come within these times: a client that dawdles holds a connection. */
const limits = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000 } as const;

/** How often is looked for requests that take too long. */
const connectionsCheckingInterval = 2_000;

const mostConnections = 1024;

const longestFarewellMs = 1000;

/** Listening on a network, beside the socket. */
export interface NetworkAccess extends ListenAddress {
  readonly token: string;
}

/**
 * Serves a manager at the Unix socket in its state directory, and if told so on a network for those who know the token. The socket is
 * gone before the manager lets go of the directory.
 *
 * @throws ProcessError UNSUPPORTED when the path of the socket is too long, NOT_PERMITTED when the address cannot be listened on
 */
export async function serveManager(
  manager: ProcessManager,
  os: Os,
  host: ApiHost,
  network?: NetworkAccess,
): Promise<ApiServer> {
  const api = createContext(manager, os, host);
  const app = createApp(api);
  const server = createServer(app);
  const servers = [server];
  const socketPath = await listenInStateDir(server, host.stateDir, os.host.identity.pid);
  // Once, and while the directory is still ours: later there may be the socket of the next manager.
  const isOurs = manager.processes$.subscribe({ complete: () => rmSync(socketPath, { force: true }) });
  let closing: Promise<unknown> | undefined;
  const close = async (): Promise<void> => {
    if (!isOurs.closed) rmSync(socketPath, { force: true });
    isOurs.unsubscribe();
    api.events.close();
    api.logFeeds.close();
    api.counters.close();
    closing ??= Promise.all(servers.map(async (one) => await closeServer(one, os)));
    await closing;
  };
  try {
    const url = network === undefined ? undefined : await listenOnNetwork(app, network, servers);
    return { socketPath, url, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listenOnNetwork(app: Hono, { host, port, token }: NetworkAccess, servers: Server[]): Promise<string> {
  const shown = host.includes(":") ? `[${host}]` : host;
  const server = createServer(guard(app, { token, hostNames: [shown.toLowerCase()] }));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      const text = `cannot listen on ${shown}:${port} (${cause.message}); choose another address with --listen`;
      reject(new ProcessError("NOT_PERMITTED", text, { cause }));
    });
    server.listen({ host, port }, resolve);
  });
  servers.push(server);
  const address = server.address();
  return `http://${shown}:${typeof address === "object" && address !== null ? address.port : port}`;
}

function createServer(app: Hono): Server {
  const options = { fetch: app.fetch, overrideGlobalObjects: false, serverOptions: { connectionsCheckingInterval } };
  const server = createAdaptorServer(options) as Server;
  server.maxConnections = mostConnections;
  return Object.assign(server, limits);
}

function createContext(manager: ProcessManager, os: Os, host: ApiHost): ApiContext {
  const scheduler = os.backgroundScheduler;
  return {
    ...{ manager, os, host },
    usage: new UsageBoard(() => manager.getAllProcesses(), scheduler),
    logFeeds: new LogFeeds(scheduler, randomUUID),
    events: openEventFeed(manager, () => os.host.now()),
    epoch: randomUUID(),
    streams: new StreamLimit(),
    counters: new Counters(manager),
  };
}

async function closeServer(server: Server, os: Os): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await firstValueFrom(race(closed, timer(longestFarewellMs, os.scheduler)));
  server.closeAllConnections();
  await closed;
}
