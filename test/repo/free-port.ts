import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports that the kernel gives to whoever names none, ip(7): between the look and the use they stay free. */
const firstPort = 12_000;
/** Each worker of a test run has ports of its own. */
const portsOfOne = 2_000;

const first = firstPort + portsOfOne * Number(process.env["VITEST_POOL_ID"] ?? 0);
let next = randomInt(portsOfOne);

/** A TCP port of the loopback device that nobody listens on, another one at each call. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + (next++ % portsOfOne);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
