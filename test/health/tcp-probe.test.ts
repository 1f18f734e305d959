import { once } from "node:events";
import { createConnection, createServer } from "node:net";
import { expect, test } from "vitest";
import { createProbe } from "../../src/health/create-probe.js";
import { isConnectedToItself } from "../../src/health/self-connection.js";
import { freePort } from "../repo/free-port.js";
import { closeOf, countConnections, createGreeter, listen } from "./listener.js";
import { reasonOf, subjectOf } from "./subject.js";

const probeFor = (port: number, host = "127.0.0.1") => createProbe({ kind: "tcp", host, port }, subjectOf());

test("is healthy when a connection is accepted, which is closed again", async () => {
  const server = createServer();
  const connected = once(server, "connection");
  await using listener = await listen(server);
  expect(await reasonOf(probeFor(listener.port))).toBeUndefined();
  await connected;
  const [socket] = listener.sockets;
  if (socket?.closed === false) await closeOf(socket.resume());
  expect(listener.sockets.length).toBe(1);
});

test("tells that nothing listens", async () => {
  const port = await freePort();
  expect(await reasonOf(probeFor(port))).toBe(`nothing listens on 127.0.0.1:${port} (ECONNREFUSED)`);
});

test("tells that nothing listens on any address of a name", async () => {
  const port = await freePort();
  expect(await reasonOf(probeFor(port, "localhost"))).toBe(`nothing listens on localhost:${port} (ECONNREFUSED)`);
});

test("asks nothing when it was aborted before", async () => {
  await using greeter = await listen(createGreeter());
  expect(await reasonOf(probeFor(greeter.port), AbortSignal.abort())).toMatch(/abort/);
  expect(await countConnections(greeter)).toBe(0);
});

test("gives up a connection on its way when it is aborted", async () => {
  // TEST-NET-1, RFC 5737: nobody answers there, or the network refuses it at once.
  const given = new AbortController();
  const asked = reasonOf(probeFor(9, "192.0.2.1"), given.signal);
  given.abort();
  expect(await asked).toMatch(/aborted|no way/);
});

test("tells a connection that has reached itself from one to a server", async () => {
  const port = await freePort();
  // Bound to the port it connects to, a socket meets itself, as one that was given this port by the kernel does.
  const lonely = createConnection({ host: "127.0.0.1", port, localAddress: "127.0.0.1", localPort: port });
  await once(lonely, "connect");
  expect(isConnectedToItself(lonely)).toBe(true);
  lonely.destroy();
  await using listener = await listen();
  const served = createConnection({ host: "127.0.0.1", port: listener.port });
  await once(served, "connect");
  expect(isConnectedToItself(served)).toBe(false);
  served.destroy();
});
