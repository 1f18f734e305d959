import type { Socket } from "node:net";

/**
 * On a port of the ephemeral range that nobody listens on, the kernel may give a connection that very port as its own:
 * both ends are then the same socket (simultaneous open, RFC 9293 section 3.5).
 */
export function isConnectedToItself({ localAddress, localPort, remoteAddress, remotePort }: Socket): boolean {
  return localPort === remotePort && localAddress === remoteAddress;
}
