import { createServer, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { createServer as createRawServer } from "node:net";
import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/health/create-probe.js";
import type { Check } from "../../src/health/health-check.js";
import { freePort } from "../repo/free-port.js";
import { closeOf, type Listener, listen } from "./listener.js";
import { selfSigned } from "./self-signed.js";
import { reasonOf, subjectOf } from "./subject.js";

type HttpCheck = Extract<Check, { kind: "http" }>;

function probeFor(url: string, changes: Partial<HttpCheck> = {}) {
  return createProbe({ kind: "http", url, method: "GET", expectedStatus: [], ...changes }, subjectOf());
}

const serve = async (answer: RequestListener): Promise<Listener> => await listen(createServer(answer));

/** The reason a server that answers with this status is not healthy, with its address replaced by `<url>`. */
async function askStatus(status: number, changes: Partial<HttpCheck> = {}): Promise<string | undefined> {
  await using server = await serve((_request, response) => {
    response.writeHead(status, status === 301 ? { location: "/elsewhere" } : {}).end();
  });
  const url = `http://127.0.0.1:${server.port}/health`;
  return (await reasonOf(probeFor(url, changes)))?.replace(url, "<url>");
}

describe("the status", () => {
  test.each([200, 201, 204, 299])("%d is healthy", async (status) => {
    expect(await askStatus(status)).toBeUndefined();
  });

  test.each([301, 304, 400, 404, 500, 503])("%d is not", async (status) => {
    expect(await askStatus(status)).toBe(`GET <url> answered ${status}`);
  });

  test("is compared with the expected ones, when there are any", async () => {
    expect(await askStatus(301, { expectedStatus: [200, 301] })).toBeUndefined();
    expect(await askStatus(503, { expectedStatus: [503] })).toBeUndefined();
    expect(await askStatus(204, { expectedStatus: [200] })).toBe("GET <url> answered 204");
  });

  test("of a redirect is the answer: it is not followed", async () => {
    const paths: (string | undefined)[] = [];
    await using server = await serve((request, response) => {
      paths.push(request.url);
      response.writeHead(request.url === "/new" ? 200 : 302, { location: "/new" }).end();
    });
    await reasonOf(probeFor(`http://127.0.0.1:${server.port}/old`));
    expect(paths).toEqual(["/old"]);
  });
});

describe("the request", () => {
  test.each(["GET", "HEAD", "POST", "OPTIONS"])(
    "is made with the method %s, over a connection of its own",
    async (method) => {
      const seen: unknown[] = [];
      await using server = await serve((request, response) => {
        seen.push([request.method, request.url, request.headers.connection]);
        response.end("fine");
      });
      const probe = probeFor(`http://127.0.0.1:${server.port}/a?b=c`, { method });
      expect([await reasonOf(probe), await reasonOf(probe)]).toEqual([undefined, undefined]);
      expect(seen).toEqual([1, 2].map(() => [method, "/a?b=c", "close"]));
      expect(server.sockets.length).toBe(2);
    },
  );

  test("carries the credentials of the address, and no reason shows them", async () => {
    const seen: (string | undefined)[] = [];
    await using server = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(401).end();
    });
    const place = `127.0.0.1:${server.port}`;
    expect(await reasonOf(probeFor(`http://drover:hush@${place}/`))).toBe(`GET http://${place}/ answered 401`);
    expect(seen).toEqual([`Basic ${Buffer.from("drover:hush").toString("base64")}`]);
    const port = await freePort();
    expect(await reasonOf(probeFor(`http://drover:hush@127.0.0.1:${port}/`))).not.toMatch(/hush|drover/);
    expect(await reasonOf(probeFor(`http://drover:hush%E0@127.0.0.1:${port}/`))).not.toMatch(/hush|drover/);
  });
});

describe("no answer", () => {
  test("nothing listens", async () => {
    const port = await freePort();
    const place = `127.0.0.1:${port}`;
    expect(await reasonOf(probeFor(`http://${place}/health`))).toBe(
      `GET http://${place}/health: nothing listens on ${place} (ECONNREFUSED)`,
    );
    expect(await reasonOf(probeFor(`http://localhost:${port}/`))).toBe(
      `GET http://localhost:${port}/: nothing listens on localhost:${port} (ECONNREFUSED)`,
    );
  });

  test("the connection is closed before one", async () => {
    await using server = await serve((request) => request.socket.destroy());
    const place = `127.0.0.1:${server.port}`;
    expect(await reasonOf(probeFor(`http://${place}/`))).toBe(
      `GET http://${place}/: ${place} closed the connection without a complete answer (ECONNRESET)`,
    );
  });

  test("it is not HTTP", async () => {
    await using server = await listen(createRawServer((socket) => socket.end("220 mail.example ESMTP\r\n")));
    expect(await reasonOf(probeFor(`http://127.0.0.1:${server.port}/`))).toMatch(
      /^GET http:.*\/: Parse Error: Expected HTTP/,
    );
  });

  test("it changes to another protocol", async () => {
    const head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";
    await using server = await listen(createRawServer((socket) => socket.once("data", () => socket.write(head))));
    expect(await reasonOf(probeFor(`http://127.0.0.1:${server.port}/`))).toMatch(/closed|hang up/);
  });
});

describe("the body", () => {
  test("may come slowly", async () => {
    await using server = await serve((_request, response) => {
      response.write("a");
      setTimeout(() => response.write("b"), 20);
      setTimeout(() => response.end("c"), 40);
    });
    expect(await reasonOf(probeFor(`http://127.0.0.1:${server.port}/`))).toBeUndefined();
  });

  test.each([
    ["with a length", { "content-length": "100" }],
    ["in chunks", {}],
  ])("that is cut short is a failure: one %s", async (_title, headers) => {
    await using server = await serve((_request, response) => {
      response.writeHead(200, headers).write("only this", () => response.socket?.destroy());
    });
    const url = `http://127.0.0.1:${server.port}/`;
    expect(await reasonOf(probeFor(url))).toBe(`GET ${url} answered 200, but its body was cut short`);
  });

  test("without an end is healthy after a mebibyte, and its connection is closed", async () => {
    const chunk = Buffer.alloc(64 * 1024, "x");
    let sentBytes = 0;
    const ended: Promise<unknown>[] = [];
    await using server = await serve((_request, response) => {
      ended.push(closeOf(response));
      const write = (): void => {
        if (response.destroyed) return;
        sentBytes += chunk.length;
        response.write(chunk, write);
      };
      write();
    });
    expect(await reasonOf(probeFor(`http://127.0.0.1:${server.port}/`))).toBeUndefined();
    await Promise.all(ended);
    expect([sentBytes > 1024 * 1024, ended.length]).toEqual([true, 1]);
  });
});

test("a body of an answer that is refused is not waited for, and its connection is closed", async () => {
  const closed: Promise<void>[] = [];
  await using server = await serve((request, response) => {
    closed.push(closeOf(request.socket));
    response.writeHead(500, { "content-length": "100" }).write("a");
  });
  const url = `http://127.0.0.1:${server.port}/`;
  expect(await reasonOf(probeFor(url))).toBe(`GET ${url} answered 500`);
  await Promise.all(closed);
  expect(closed.length).toBe(1);
});

describe("when it is aborted", () => {
  test.each<[string, RequestListener]>([
    ["the head of the answer", () => undefined],
    ["its body", (_request, response) => response.writeHead(200, { "content-length": "100" }).write("a")],
  ])("it no longer waits for %s, and closes the connection", async (_title, answer) => {
    const given = new AbortController();
    const closed: Promise<unknown>[] = [];
    await using server = await serve((request, response) => {
      closed.push(closeOf(request.socket));
      answer(request, response);
      if (response.headersSent) response.write("b", () => given.abort());
      else given.abort();
    });
    expect(await reasonOf(probeFor(`http://127.0.0.1:${server.port}/`), given.signal)).toMatch(/abort|cut short/);
    await Promise.all(closed);
    expect(closed.length).toBe(1);
  });

  test("before, it asks nothing", async () => {
    await using server = await serve((_request, response) => response.end());
    const probe = probeFor(`http://127.0.0.1:${server.port}/`);
    expect(await reasonOf(probe, AbortSignal.abort())).toMatch(/abort/);
    // Connections are accepted in their order: this one is not the second.
    expect(await reasonOf(probe)).toBeUndefined();
    expect(server.sockets.length).toBe(1);
  });
});

describe("an encrypted connection", () => {
  test("may have a certificate that the process has signed itself, for another name", async () => {
    await using server = await listen(createSecureServer(selfSigned, (_request, response) => response.end("fine")));
    expect(await reasonOf(probeFor(`https://127.0.0.1:${server.port}/`))).toBeUndefined();
  });

  test("answers with its status as a plain one does", async () => {
    await using server = await listen(
      createSecureServer(selfSigned, (_request, response) => response.writeHead(503).end()),
    );
    const url = `https://127.0.0.1:${server.port}/`;
    expect(await reasonOf(probeFor(url))).toBe(`GET ${url} answered 503`);
  });

  test("to a server that speaks plain HTTP fails with a reason", async () => {
    await using server = await serve((_request, response) => response.end());
    expect(await reasonOf(probeFor(`https://127.0.0.1:${server.port}/`))).toMatch(
      /^GET https:\/\/127\.0\.0\.1:\d+\/: \S/,
    );
  });
});

test.each(["", "not an address", "ftp://127.0.0.1/", "//127.0.0.1/"])("refuses the address %j", (url) => {
  expect(() => probeFor(url)).toThrow("http.url: not an HTTP address; expected http://… or https://…");
});
