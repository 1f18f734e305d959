import { mkdirSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import type { ApiHost, ShutdownRequest } from "../../src/api/api-context.js";
import { type Client, createClientAt } from "../../src/api/client.js";
import { type ApiServer, serveManager } from "../../src/api/server.js";
import { Manager } from "../../src/manager/manager.js";
import { createNodeOs } from "../../src/os/node/node-os.js";
import { tempDir } from "../repo/temp-dir.js";

export const token = "a-token-of-this-test-0123456789";

/** A manager with real processes, served at a socket and at a port of the loopback. */
export interface Scene extends AsyncDisposable {
  readonly manager: Manager;
  readonly server: ApiServer;
  readonly client: Client;
  readonly stateDir: string;
  /** What `shutdown` was asked for. */
  readonly shutdowns: readonly ShutdownRequest[];
}

export async function serveScene(): Promise<Scene> {
  const dir = tempDir();
  const templateDir = join(dir.path, "templates");
  mkdirSync(templateDir);
  const stateDir = join(dir.path, "state");
  const os = createNodeOs();
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const manager = new Manager({ templateDir, stateDir, logger: silent }, os);
  await manager.open();
  const shutdowns: ShutdownRequest[] = [];
  const host: ApiHost = {
    ...{ version: "0.0.0", cwd: dir.path, stateDir },
    phase: () => "running",
    readTemplateErrors: () => Promise.resolve([]),
    shutdown: (asked) => {
      shutdowns.push(asked);
      return Promise.resolve({ stopped: [], left: [] });
    },
  };
  const server = await serveManager(manager, os, host, { host: "127.0.0.1", port: 0, token });
  const client = createClientAt({ socketPath: server.socketPath });
  const dispose = async (): Promise<void> => {
    await manager.close();
    await server.close();
    dir[Symbol.dispose]();
  };
  return { manager, server, client, stateDir, shutdowns, [Symbol.asyncDispose]: dispose };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Sends a request as it is: no client tidies its path, and none adds a token. */
export function ask(to: { socketPath: string } | { url: string }, asked: Asked): Promise<Answer> {
  const { method = "GET", path, headers = {}, body = "" } = asked;
  return new Promise((resolve, reject) => {
    const at = "url" in to ? { host: "127.0.0.1", port: new URL(to.url).port } : to;
    // Node leaves the length of a DELETE's body out.
    const length = body.length > 0 && method === "DELETE" ? { "content-length": Buffer.byteLength(body) } : {};
    const sent = request({ ...at, method, path, headers: { ...length, ...headers }, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode = 0, headers: received } = response;
        resolve({ status: statusCode, headers: received, body: Buffer.concat(parts).toString() });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

export function codeOf({ body }: Answer): string {
  return (JSON.parse(body) as { error: { code: string } }).error.code;
}
