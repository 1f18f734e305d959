import { connectOnce } from "./connect.js";
import { describeConnectionFailure } from "./connection-failure.js";
import { describeAddress } from "./describe-address.js";
import type { Check } from "./health-check.js";
import type { Probe } from "./probe.js";
import { isConnectedToItself } from "./self-connection.js";

type TcpCheck = Extract<Check, { kind: "tcp" }>;

/** Healthy when a connection is accepted. The kernel accepts for a program that hangs, until its queue is full. */
export function tcpProbe({ host, port }: TcpCheck): Probe {
  const place = describeAddress(host, port);
  return async (signal) => {
    let isOwn = false;
    try {
      await connectOnce({ host, port }, signal, (socket) => {
        isOwn = isConnectedToItself(socket);
      });
    } catch (error) {
      throw new Error(describeConnectionFailure(error, place), { cause: error });
    }
    if (isOwn) throw new Error(`nothing listens on ${place} (the connection has reached itself)`);
  };
}
