import { type EventEmitter, once } from "node:events";
import {
  type AddressInfo,
  createConnection,
  createServer,
  type ListenOptions,
  type Server,
  type Socket,
} from "node:net";

/** A server that ends with the block, with all its connections. */
export interface Listener extends AsyncDisposable {
  readonly port: number;
  /** Every connection there ever was. */
  readonly sockets: readonly Socket[];
}

/** Starts a server: `await using server = await listen(createServer())`. Without a place it takes a free port of 127.0.0.1. */
export async function listen(server: Server = createServer(), place: ListenOptions = {}): Promise<Listener> {
  const sockets: Socket[] = [];
  server.on("connection", (socket: Socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
  });
  server.listen(place.path === undefined ? { host: "127.0.0.1", port: 0, ...place } : place);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo | null)?.port ?? 0,
    sockets,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/**
 * How many connections a server has, also those it has yet to accept. It has to greet every one: connections are accepted
 * in their order, so when this one is greeted, all before it were accepted.
 */
export async function countConnections(greeter: Listener, path?: string): Promise<number> {
  const own = createConnection(path === undefined ? { host: "127.0.0.1", port: greeter.port } : { path });
  await once(own, "data");
  own.destroy();
  return greeter.sockets.length - 1;
}

/** A server that greets every connection and closes it. */
export const createGreeter = (): Server => createServer((socket) => socket.end("welcome"));

/** Resolves when it is closed, in peace or not. */
export async function closeOf(one: EventEmitter): Promise<void> {
  await new Promise<void>((resolve) => one.once("close", () => resolve()));
}
