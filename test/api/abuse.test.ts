import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, codeOf, type Scene, serveScene, token } from "./scene.js";

const routes = [
  ["GET", "/api/processes"],
  ["GET", "/api/processes/web"],
  ["GET", "/api/processes/web/explain"],
  ["GET", "/api/processes/web/logs"],
  ["GET", "/api/processes/web/logs?follow=true"],
  ["GET", "/api/processes/web/wait"],
  ["GET", "/api/logs"],
  ["GET", "/api/logs?follow=true"],
  ["GET", "/api/events"],
  ["GET", "/api/manager"],
  ["GET", "/api/pm/list"],
  ["GET", "/api/pm/web/logs"],
  ["GET", "/health"],
  ["GET", "/metrics"],
  ["GET", "/nowhere"],
  ["POST", "/api/processes"],
  ["POST", "/api/processes/start"],
  ["POST", "/api/processes/web/start"],
  ["POST", "/api/processes/web/stop"],
  ["POST", "/api/processes/web/restart"],
  ["POST", "/api/processes/web/kill"],
  ["POST", "/api/processes/web/signal"],
  ["POST", "/api/processes/web/scale"],
  ["POST", "/api/processes/plan"],
  ["POST", "/api/processes/reload"],
  ["POST", "/api/pm/web/restart"],
  ["POST", "/api/shutdown"],
  ["DELETE", "/api/processes/web"],
  ["DELETE", "/api/processes/web/logs"],
  ["DELETE", "/api/logs"],
] as const;

describe("a manager that listens on a network", () => {
  let scene: Scene;
  let url: string;
  beforeAll(async () => {
    scene = await serveScene();
    url = scene.server.url ?? "";
    scene.manager.newProcess("web", "sleep", { args: ["1000"] });
  });
  afterAll(async () => await scene[Symbol.asyncDispose]());

  test.for(routes)("%s %s needs the token", async ([method, path]) => {
    for (const authorization of [undefined, "Bearer wrong", `Basic ${token}`, `Bearer ${token}x`, "Bearer", ""]) {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      const answer = await ask({ url }, { method, path, headers, body: method === "POST" ? "{}" : "" });
      expect(answer).toMatchObject({ status: 401, headers: { "www-authenticate": "Bearer" } });
      expect(codeOf(answer)).toBe("UNAUTHORIZED");
      expect(answer.body).not.toContain("web");
    }
    expect(scene.shutdowns).toEqual([]);
    expect(scene.manager.getProcessByName("web")?.status.lifecycle).toBe("initial");
  });

  test("answers whoever has it, without a header for pages of other origins", async () => {
    const authorization = `Bearer ${token}`;
    const answer = await ask({ url }, { path: "/api/processes", headers: { authorization } });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    const preflight = { method: "OPTIONS", path: "/api/processes", headers: { origin: "http://evil.example" } };
    expect((await ask({ url }, preflight)).status).toBe(401);
  });

  test.for([
    [{ host: "evil.example" }, 403],
    [{ host: "evil.example:80" }, 403],
    [{ host: "127.0.0.1.evil.example" }, 403],
    [{ origin: "http://evil.example" }, 403],
    [{ origin: "null" }, 403],
    [{ host: "localhost:1", origin: "http://localhost:2" }, 403],
    [{ host: "localhost:1", origin: "http://localhost:1" }, 200],
    [{ host: "[::1]:80" }, 200],
    [{ host: "LOCALHOST" }, 200],
  ] as const)("with the headers %o answers %i", async ([headers, status]) => {
    const authorization = `Bearer ${token}`;
    const answer = await ask({ url }, { path: "/api/processes", headers: { ...headers, authorization } });
    expect(answer.status).toBe(status);
  });
});

describe("the routes", () => {
  let scene: Scene;
  let socketPath: string;
  beforeAll(async () => {
    scene = await serveScene();
    socketPath = scene.server.socketPath;
    scene.manager.newProcess("web", "sleep", { args: ["1000"] });
  });
  afterAll(async () => await scene[Symbol.asyncDispose]());

  test.for([
    ["GET", "/api/processes/nobody", "", 404, "PROCESS_NOT_FOUND"],
    ["GET", "/api/processes/%2Fetc%2Fpasswd", "", 404, "PROCESS_NOT_FOUND"],
    ["GET", "/api/processes/..%2F..%2Fetc", "", 404, "PROCESS_NOT_FOUND"],
    ["GET", "/api/processes/%E2%98%83", "", 404, "PROCESS_NOT_FOUND"],
    ["GET", "/api/processes/%FF%FE", "", 404, "PROCESS_NOT_FOUND"],
    ["GET", "/api/processes/%zz", "", 404, "PROCESS_NOT_FOUND"],
    ["GET", "/api/processes/__proto__", "", 404, "PROCESS_NOT_FOUND"],
    ["GET", "/api/processes/%00", "", 404, "PROCESS_NOT_FOUND"],
    ["GET", `/api/processes/${"x".repeat(5000)}`, "", 404, "PROCESS_NOT_FOUND"],
    ["GET", "/api/processes/../shutdown", "", 404, "BAD_REQUEST"],
    ["GET", "/nowhere", "", 404, "BAD_REQUEST"],
    ["PUT", "/api/processes/web", "", 404, "BAD_REQUEST"],
    ["GET", "/api/processes/web/logs?lines=-1", "", 400, "BAD_REQUEST"],
    ["GET", "/api/processes/web/logs?lines=abc", "", 400, "BAD_REQUEST"],
    ["GET", "/api/processes/web/logs?lines=1e9", "", 400, "BAD_REQUEST"],
    ["GET", "/api/processes/web/logs?lines=99999999999999999999", "", 400, "BAD_REQUEST"],
    ["GET", "/api/processes/web/logs?stream=both", "", 400, "BAD_REQUEST"],
    ["GET", "/api/processes/web/logs?follow=maybe", "", 400, "BAD_REQUEST"],
    ["GET", "/api/logs?lines=100001", "", 400, "BAD_REQUEST"],
    ["GET", "/api/logs?line=5", "", 400, "BAD_REQUEST"],
    ["GET", "/api/logs?__proto__=1", "", 400, "BAD_REQUEST"],
    ["GET", "/api/processes?x=1", "", 400, "BAD_REQUEST"],
    ["GET", "/api/processes/web?name=web", "", 400, "BAD_REQUEST"],
    ["DELETE", "/api/logs", '{"name":["web"]}', 400, "BAD_REQUEST"],
    ["DELETE", "/api/processes/web", '{"force":true}', 400, "BAD_REQUEST"],
    ["DELETE", "/api/processes/../logs", "", 404, "BAD_REQUEST"],
    ["DELETE", "/api/processes/%2e%2E/logs", "", 404, "BAD_REQUEST"],
    ["GET", "/api/processes/.%2e/logs?lines=1", "", 404, "BAD_REQUEST"],
    ["GET", "/api/logs?lines=5&lines=6", "", 400, "BAD_REQUEST"],
    ["POST", "/api/processes?wait=false", '{"name":"more","command":"true"}', 400, "BAD_REQUEST"],
    ["POST", "/api/processes/web/stop", '{"wait":false}', 400, "BAD_REQUEST"],
    ["POST", "/api/processes/web/stop", '{"name":"other"}', 400, "BAD_REQUEST"],
    ["POST", "/api/processes/web/stop?gracePeriod=5s", "", 400, "BAD_REQUEST"],
    ["GET", "/api/logs?since=yesterday", "", 400, "BAD_REQUEST"],
    ["GET", "/api/logs?since=5", "", 400, "BAD_REQUEST"],
    ["GET", "/api/logs?since=", "", 400, "BAD_REQUEST"],
    ["GET", "/api/logs?until=31.01.2026", "", 400, "BAD_REQUEST"],
    ["GET", "/api/logs?until=2026-13-01&follow=true", "", 400, "BAD_REQUEST"],
    ["GET", "/api/logs?grep=(", "", 400, "BAD_REQUEST"],
    ["GET", "/api/logs?grep=(?=a)", "", 400, "BAD_REQUEST"],
    ["GET", "/api/logs?grep=(a)%5C1&follow=true", "", 400, "BAD_REQUEST"],
    ["GET", `/api/logs?grep=${"a".repeat(501)}`, "", 400, "BAD_REQUEST"],
    ["GET", "/api/logs?grep=a%5Bab%5D{900}%5Bab%5D{900}", "", 400, "BAD_REQUEST"],
    ["GET", "/api/logs?grep=((a{10}){10}){11}", "", 400, "BAD_REQUEST"],
    ["GET", "/api/logs?name=nobody", "", 404, "PROCESS_NOT_FOUND"],
    ["GET", "/api/logs?name=web&name=nobody", "", 404, "PROCESS_NOT_FOUND"],
    ["GET", "/api/logs?group=nope", "", 404, "PROCESS_NOT_FOUND"],
    ["DELETE", "/api/logs?name=nobody*", "", 404, "PROCESS_NOT_FOUND"],
    ["DELETE", "/api/processes/nobody/logs", "", 404, "PROCESS_NOT_FOUND"],
    ["GET", "/api/processes/web/wait?for=lunch", "", 400, "BAD_REQUEST"],
    ["GET", "/api/processes/web/wait?timeout=soon", "", 400, "BAD_REQUEST"],
    ["GET", "/api/processes/web/wait", "", 409, "ILLEGAL_STATE"],
    ["POST", "/api/processes/web/signal", '{"signal":"SIGHUP"}', 409, "ILLEGAL_STATE"],
    ["POST", "/api/processes/web/signal", '{"signal":"SIGNOPE"}', 400, "BAD_REQUEST"],
    ["POST", "/api/processes/web/signal", "{}", 400, "BAD_REQUEST"],
    ["POST", "/api/processes/web/start?wait=maybe", "", 400, "BAD_REQUEST"],
    ["POST", "/api/processes/web/start", "not json", 400, "BAD_REQUEST"],
    ["POST", "/api/processes/web/start", "[1]", 400, "BAD_REQUEST"],
    ["POST", "/api/processes/web/start", "null", 400, "BAD_REQUEST"],
    ["POST", "/api/processes/web/start", '{"gracePeriod":"5s"}', 400, "BAD_REQUEST"],
    ["POST", "/api/processes/web/stop", '{"gracePeriod":"5 parsecs"}', 400, "BAD_REQUEST"],
    ["POST", "/api/processes/web/stop", '{"gracePeriod":-1}', 400, "BAD_REQUEST"],
    ["POST", "/api/processes/web/scale", '{"instances":"many"}', 400, "BAD_REQUEST"],
    ["POST", "/api/processes/web/scale", '{"instances":1e9}', 400, "INVALID_TEMPLATE"],
    ["POST", "/api/processes/start", "{}", 400, "BAD_REQUEST"],
    ["POST", "/api/processes/start", '{"names":["web"],"all":true}', 400, "BAD_REQUEST"],
    ["POST", "/api/processes/start", '{"names":[7]}', 400, "BAD_REQUEST"],
    ["POST", "/api/processes/start", '{"group":"nope"}', 404, "PROCESS_NOT_FOUND"],
    ["POST", "/api/processes", '{"name":"a b","comand":"x","restart":{"mode":"sometimes"}}', 400, "INVALID_TEMPLATE"],
    ["POST", "/api/processes", '{"name":"web","command":"sleep"}', 409, "NAME_TAKEN"],
    ["POST", "/api/processes", `{"name":"x","command":"${"x".repeat(2 << 20)}"}`, 413, "BAD_REQUEST"],
    ["POST", "/api/shutdown", '{"keep":true}', 400, "BAD_REQUEST"],
  ] as const)("%s %s with %.40s answers %i %s", async ([method, path, body, status, code]) => {
    const answer = await ask({ socketPath }, { method, path, body });
    expect(answer.status).toBe(status);
    expect(codeOf(answer)).toBe(code);
    expect(scene.shutdowns).toEqual([]);
    expect(scene.manager.getProcessByName("web")?.status.lifecycle).toBe("initial");
  });

  test("tell everything that is wrong with a template at once", async () => {
    const body = '{"name":"a b","comand":"x","restart":{"mode":"sometimes"}}';
    const { body: text } = await ask({ socketPath }, { method: "POST", path: "/api/processes", body });
    const { message } = (JSON.parse(text) as { error: { message: string } }).error;
    expect(message.split("\n")).toHaveLength(4 + 1);
    expect(message).toMatch(/comand: .*did you mean "command".*name: .*restart\.mode: /s);
  });

  test("take a body whose length nobody says", async () => {
    const headers = { "transfer-encoding": "chunked" };
    const unknown = { method: "POST", path: "/api/processes", headers, body: '{"name":"web","command":"sleep"}' };
    expect(codeOf(await ask({ socketPath }, unknown))).toBe("NAME_TAKEN");
    const empty = { method: "POST", path: "/api/processes/nobody/start", headers };
    expect(codeOf(await ask({ socketPath }, empty))).toBe("PROCESS_NOT_FOUND");
  });

  test("take no body over 1 MB, also when nobody says how long it is", async () => {
    const sent = request({ socketPath, method: "POST", path: "/api/processes", agent: false });
    const chunk = Buffer.alloc(1 << 20, " ");
    const answered = once(sent, "response") as Promise<[{ statusCode: number; resume(): void }]>;
    // The connection may be cut once the answer is there.
    sent.on("error", () => undefined);
    for (let sentMiB = 0; sentMiB < 10; sentMiB++) sent.write(chunk);
    sent.end();
    const [response] = await answered;
    response.resume();
    expect(response.statusCode).toBe(413);
  });
});

describe("supervision goes on", () => {
  test("while 100 readers of streams come and go, and nothing of them is left", async () => {
    await using scene = await serveScene();
    const { manager, server, client } = scene;
    const script = "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.02; done";
    const web = manager.newProcess("web", "sh", { args: ["-c", script] });
    await web.start();
    await client.logs("web");
    const before = openFiles();
    for (let round = 0; round < 4; round++) {
      const readers = Array.from(
        { length: 25 },
        async (_none, index) => await abandon(server.socketPath, index % 2 === 0),
      );
      await Promise.all(readers);
    }
    await expect.poll(openFiles, { timeout: 5000 }).toBeLessThanOrEqual(before + 3);
    expect(web.isAlive()).toBe(true);
    expect((await client.list()).length).toBe(1);
  });

  test("and others are served while one address has all the streams it may have", async () => {
    await using scene = await serveScene();
    const { url = "", socketPath } = scene.server;
    const headers = { authorization: `Bearer ${token}` };
    const streams = await Promise.all(Array.from({ length: 128 }, async () => await openStream(url, headers)));
    const path = "/api/events";
    expect(await ask({ url }, { path, headers })).toMatchObject({ status: 429 });
    expect(await ask({ url }, { path: "/api/processes", headers })).toMatchObject({ status: 200 });
    (await openStream(socketPath)).destroy();
    for (const stream of streams) stream.destroy();
    await expect.poll(async () => await statusOfStream(url, headers)).toBe(200);
  });

  test("after 300 streams were asked for by HEAD, or given up before they began", { timeout: 40_000 }, async () => {
    await using scene = await serveScene();
    const { socketPath } = scene.server;
    const path = "/api/events";
    for (let round = 0; round < 30; round++) {
      const heads = Array.from({ length: 5 }, async () => await ask({ socketPath }, { method: "HEAD", path }));
      for (let index = 0; index < 5; index++)
        connect(socketPath).end(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).destroy();
      for (let index = 0; index < 5; index++) {
        const socket = connect(socketPath);
        socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`, () => socket.destroy());
      }
      expect(new Set((await Promise.all(heads)).map(({ status }) => status))).toEqual(new Set([200]));
    }
    const isFree = async () => (await openStream(socketPath)).destroy().statusCode;
    await expect.poll(isFree).toBe(200);
    const streams = await Promise.all(Array.from({ length: 200 }, async () => await openStream(socketPath)));
    expect(new Set(streams.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    for (const stream of streams) stream.destroy();
  });

  test("while connections say nothing, and they are ended", { timeout: 40_000 }, async () => {
    await using scene = await serveScene();
    const slow = Array.from({ length: 20 }, () => connect(scene.server.socketPath));
    for (const socket of slow) socket.write("POST /api/processes HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    let haveEnded = false;
    const ended = Promise.all(slow.map(async (socket) => await once(socket.resume(), "close"))).then(() => {
      haveEnded = true;
    });
    expect(await scene.client.list()).toEqual([]);
    expect(haveEnded).toBe(false);
    await ended;
  });

  test.for(["(a+)+$", "(a|aa)+$", "(a|a?)+$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*)*(.*)*(.*)*x$", "(a?){200}b"])(
    "while long lines are searched with %s, which a regular expression of JavaScript would never end",
    async (grep) => {
      await using scene = await serveScene();
      const { manager, client, stateDir } = scene;
      await manager.newProcess("web", "sleep", { args: ["1000"] }).start();
      const line = `${"a".repeat(60_000)}!`;
      writeFileSync(join(stateDir, "logs/web.out.log"), `${line}\n`.repeat(10));
      const started = performance.now();
      await Promise.all([client.logs("web", { grep }), client.logs({ all: true }, { grep }), client.list()]);
      expect(performance.now() - started).toBeLessThan(10_000);
      expect(await client.logs("web", { grep: "a!$", lines: 3 })).toHaveLength(3);
    },
  );

  test("of 50 calls at once on one process, which ends in one process or none", async () => {
    await using scene = await serveScene();
    const { manager, client } = scene;
    const web = manager.newProcess("web", "sleep", { args: ["1000"] });
    const verbs = ["start", "stop", "restart", "kill", "start"] as const;
    const calls = Array.from({ length: 50 }, async (_none, index) => {
      return await client.command(verbs[(index * 7) % verbs.length] ?? "start", { names: ["web"] });
    });
    const results = (await Promise.all(calls)).flat();
    // A later command overtakes a start that still waits: nothing else goes wrong.
    expect(results.filter(({ error }) => error !== null && error.code !== "ABORTED")).toEqual([]);
    const [last] = await client.command("restart", { names: ["web"] });
    expect(last).toMatchObject({ error: null, pid: web.pid });
    expect(web.isAlive()).toBe(true);
    const [end] = await client.command("stop", { all: true });
    expect(end).toMatchObject({ error: null, pid: 0 });
  });
});

function openFiles(): number {
  return readdirSync("/proc/self/fd").length;
}

/** Reads the beginning of a stream, and goes without a word. */
async function abandon(socketPath: string, isLog: boolean): Promise<void> {
  const path = isLog ? "/api/processes/web/logs?follow=true" : "/api/events";
  const sent = request({ socketPath, path, agent: false });
  sent.on("error", () => undefined);
  sent.end();
  const [response] = (await once(sent, "response")) as [NodeJS.ReadableStream];
  await once(response, "data");
  sent.destroy();
}

/** A stream of events that has begun. */
async function openStream(at: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const to = at.startsWith("http") ? { host: "127.0.0.1", port: new URL(at).port } : { socketPath: at };
  const sent = request({ ...to, path: "/api/events", headers, agent: false });
  sent.on("error", () => undefined);
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  response.on("error", () => undefined);
  return response;
}

async function statusOfStream(url: string, headers: Record<string, string>): Promise<number> {
  const stream = await openStream(url, headers);
  stream.destroy();
  return stream.statusCode ?? 0;
}
