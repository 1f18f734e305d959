import { createConnection, type NetConnectOpts, type Socket } from "node:net";

/** Connects, looks at the connection, and closes it in any case. Rejects with Node's error, or with what `look` throws. */
export async function connectOnce(
  target: NetConnectOpts,
  signal: AbortSignal,
  look: (socket: Socket) => void = () => undefined,
): Promise<void> {
  signal.throwIfAborted();
  const socket = createConnection({ ...target, signal });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      // Kept for the life of the socket: an error after the first one must not end the host.
      socket.on("error", reject);
    });
    look(socket);
  } finally {
    socket.destroy();
  }
}
