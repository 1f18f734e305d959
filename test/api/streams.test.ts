import { appendFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { firstValueFrom, take, tap, toArray } from "rxjs";
import { describe, expect, test, vi } from "vitest";
import type { LogLineInfo } from "../../src/api/event-info.js";
import type { ServerEvent } from "../../src/api/event-stream.js";
import { createClient } from "../../src/api/index.js";
import { ask, type Scene, serveScene, token } from "./scene.js";

/** A reader that takes events one after the other. */
function reader(events: AsyncIterable<ServerEvent>) {
  const iterator = events[Symbol.asyncIterator]();
  return {
    next: async (): Promise<ServerEvent> => {
      const { value, done } = await iterator.next();
      if (done === true) throw new Error("the stream has ended");
      return value as ServerEvent;
    },
    /** Up to and with the first event that fits. */
    until: async (fits: (event: ServerEvent) => boolean): Promise<readonly ServerEvent[]> => {
      const seen: ServerEvent[] = [];
      for (;;) {
        const { value, done } = await iterator.next();
        if (done === true) throw new Error(`the stream has ended after ${JSON.stringify(seen)}`);
        seen.push(value as ServerEvent);
        if (fits(value as ServerEvent)) return seen;
      }
    },
    [Symbol.asyncDispose]: async (): Promise<void> => void (await iterator.return?.()),
  };
}

const isState = (name: string, state: string) => (event: ServerEvent) => {
  const data = event.data as { name?: string; state?: string };
  return data.name === name && data.state === state;
};

describe("the events of a manager", () => {
  test("are what is, then every change, and a reader that comes back gets exactly what it missed", async () => {
    await using scene = await serveScene();
    const { manager, client } = scene;
    const web = manager.newProcess("web", "sleep", { args: ["1000"] });
    let last: string;
    {
      await using events = reader(client.followEvents());
      const first = await events.next();
      expect(first).toMatchObject({ event: "snapshot", data: { processes: [{ name: "web", state: "initial" }] } });
      await web.start();
      const seen = await events.until(({ event }) => event === "changed");
      last = seen.at(-1)?.id ?? "";
    }
    await web.kill();
    manager.newProcess("more", "true");
    await manager.delete("more");
    await using again = reader(client.followEvents({ lastEventId: last }));
    const missed = await again.until(({ event }) => event === "removed");
    expect(missed.map(({ event }) => event)).not.toContain("snapshot");
    expect(missed.find(isState("web", "terminated"))?.data).toMatchObject({
      exit: { signal: "SIGKILL", cause: "killed" },
    });
    expect(missed.slice(-2)).toMatchObject([
      { event: "added", data: { name: "more" } },
      { event: "removed", data: { name: "more" } },
    ]);
    const numbers = missed.map(({ id }) => Number(id.split("-").at(-1)));
    expect(numbers).toEqual(numbers.map((_number, index) => Number(last.split("-").at(-1)) + 1 + index));
  });

  test("begin with a snapshot for a reader of another manager, and end with the manager", async () => {
    const scene = await serveScene();
    await using events = reader(scene.client.followEvents({ lastEventId: "of-another-manager-7" }));
    expect(await events.next()).toMatchObject({ event: "snapshot" });
    const rest = events.until(() => false);
    await scene[Symbol.asyncDispose]();
    await expect(rest).rejects.toThrow("the stream has ended");
  });
});

describe("the logs of a process", () => {
  test("are given from the end, of one stream or both, and followed across a restart", async () => {
    await using scene = await serveScene();
    const { process: web, write } = await talker(scene);
    await expect.poll(async () => (await scene.client.logs("web")).length).toBe(3);
    expect((await scene.client.logs("web", { lines: 1, stream: "stderr" })).map(({ line }) => line)).toEqual([
      "problem",
    ]);
    expect((await scene.client.logs("web", { lines: 2, stream: "stdout" })).map(({ line }) => line)).toEqual([
      "one",
      "two",
    ]);
    await using lines = reader(scene.client.followLogs("web", { lines: 1, stream: "stdout" }));
    expect(lineOf(await lines.next())).toBe("two");
    write("three\n");
    expect(lineOf(await lines.next())).toBe("three");
    await web.restart();
    expect([lineOf(await lines.next()), lineOf(await lines.next())]).toEqual(["one", "two"]);
  });

  test("go on where a reader was that has gone and comes back", async () => {
    await using scene = await serveScene();
    const { write } = await talker(scene);
    const first = reader(scene.client.followLogs("web", { lines: 1, stream: "stdout" }));
    const { id } = await first.next();
    await first[Symbol.asyncDispose]();
    write("three\nfour\n");
    await using again = reader(scene.client.followLogs("web", { lines: 1, stream: "stdout", ...{ lastEventId: id } }));
    expect([lineOf(await again.next()), lineOf(await again.next())]).toEqual(["three", "four"]);
  });

  test("go on for a reader that comes back before its lost connection is known to be gone", async () => {
    await using scene = await serveScene();
    const { write } = await talker(scene);
    const lost = reader(scene.client.followLogs("web", { lines: 1, stream: "stdout" }));
    const { id = "" } = await lost.next();
    await using again = reader(scene.client.followLogs("web", { lines: 1, stream: "stdout", ...{ lastEventId: id } }));
    await using late = reader(
      scene.client.followLogs("web", { lines: 1, stream: "stdout", ...{ lastEventId: id.replace(/\d+$/, "99999") } }),
    );
    expect(lineOf(await late.next()), "an id that is none begins anew").toBe("two");
    write("three\n");
    expect(lineOf(await again.next())).toBe("three");
    await lost[Symbol.asyncDispose]();
    write("four\n");
    expect(lineOf(await again.next())).toBe("four");
  });

  test("are filtered by when lines were seen, by an expression, and by the stream", async () => {
    await using scene = await serveScene();
    const { client } = scene;
    const { write } = await talker(scene);
    await expect.poll(async () => (await client.logs("web")).length).toBe(3);
    const first = (await client.logs("web")).map(({ at }) => Date.parse(at ?? ""));
    await expect.poll(() => Date.now()).toBeGreaterThan(Math.max(...first));
    write("three\n");
    const stdout = { stream: "stdout" } as const;
    await expect.poll(async () => linesOf(await client.logs("web", stdout))).toEqual(["one", "two", "three"]);
    const since = (await client.logs("web", { lines: 1, ...stdout }))[0]?.at ?? "";
    expect(linesOf(await client.logs("web", { since }))).toEqual(["three"]);
    expect(linesOf(await client.logs("web", { until: since, ...stdout }))).toEqual(["one", "two"]);
    expect(linesOf(await client.logs("web", { since: "1h", ...stdout }))).toEqual(["one", "two", "three"]);
    expect(linesOf(await client.logs("web", { until: "1h" }))).toEqual([]);
    // Where "problem" stands among them is not known: it is in another file, and was seen when that was looked at.
    expect(linesOf(await client.logs("web", { grep: "^t|prob.em" })).sort()).toEqual(["problem", "three", "two"]);
    expect(linesOf(await client.logs("web", { grep: "^t", lines: 1 }))).toEqual(["three"]);
    expect(linesOf(await client.logs("web", { grep: "(?i)ONE" }))).toEqual(["one"]);
    await using errors = reader(client.followLogs("web", { grep: "error|^one$", ...stdout }));
    expect(lineOf(await errors.next())).toBe("one");
    write("fine\nerror 1\nfine again\nerror 2\n");
    expect([lineOf(await errors.next()), lineOf(await errors.next())]).toEqual(["error 1", "error 2"]);
  });

  test("of several are merged by the times of their lines, and followed together, each line once", async () => {
    await using scene = await serveScene();
    const { client, manager } = scene;
    manager.newProcess("silent", "true", { logs: { mode: "DISCARD" } });
    const web = await talker(scene);
    // Lines are merged by when they were seen.
    await expect.poll(async () => (await client.logs("web")).length).toBe(3);
    const db = await talker(scene, "db");
    await expect.poll(async () => (await client.logs("db")).length).toBe(3);
    const both = (await client.logs({ names: ["db", "web", "*e*", "silent"] }, { stream: "stdout" })).map(named);
    expect(both).toEqual(["web one", "web two", "db one", "db two"]);
    expect((await client.logs({ all: true }, { lines: 1, stream: "stderr" })).map(named)).toEqual([
      "web problem",
      "db problem",
    ]);
    expect((await client.logs({ group: "db" }, { lines: 1, stream: "stdout" })).map(named)).toEqual(["db two"]);
    await using lines = reader(client.followLogs({ names: ["db", "web"] }, { lines: 1, stream: "stdout" }));
    const next = async (): Promise<string> => named((await lines.next()).data as LogLineInfo);
    expect([await next(), await next()]).toEqual(["web two", "db two"]);
    db.write("three\n");
    expect(await next()).toBe("db three");
    web.write("three\n");
    expect(await next()).toBe("web three");
    await web.process.restart();
    expect([await next(), await next()]).toEqual(["web one", "web two"]);
    db.write("four\n");
    expect(await next()).toBe("db four");
  });

  test("are thrown away, of one or several, on disk too, and followers get what comes after", async () => {
    await using scene = await serveScene();
    const { client, stateDir } = scene;
    const web = await talker(scene);
    await talker(scene, "db");
    await expect.poll(async () => (await client.logs({ all: true })).length).toBe(6);
    writeFileSync(join(stateDir, "logs/web.out.log.1"), "before\n");
    expect((await client.logs("web")).map(({ line }) => line)).toContain("before");
    await using lines = reader(client.followLogs("web", { lines: 1, stream: "stdout" }));
    expect(lineOf(await lines.next())).toBe("two");
    const answer = await ask(socketOf(scene), { method: "DELETE", path: "/api/processes/web/logs" });
    expect(JSON.parse(answer.body)).toEqual({ cleared: ["web"] });
    expect(await client.logs("web")).toEqual([]);
    expect(readdirSync(join(stateDir, "logs"))).not.toContain("web.out.log.1");
    expect(statSync(join(stateDir, "logs/web.out.log")).size).toBe(0);
    expect(await client.logs("db")).toHaveLength(3);
    web.write("after\n");
    expect(lineOf(await lines.next())).toBe("after");
    expect(await client.clearLogs({ names: ["web", "db"] })).toEqual(["web", "db"]);
    expect(await client.logs({ all: true })).toEqual([]);
  });

  test("that are not kept are refused, with the reason", async () => {
    await using scene = await serveScene();
    scene.manager.newProcess("silent", "true", { logs: { mode: "DISCARD" } });
    await expect(scene.client.logs("silent")).rejects.toMatchObject({ code: "UNSUPPORTED" });
    for (const method of ["GET", "DELETE"]) {
      for (const path of ["/api/processes/silent/logs", "/api/logs?name=silent", "/api/logs"]) {
        expect(await ask(socketOf(scene), { method, path }), `${method} ${path}`).toMatchObject({ status: 501 });
      }
    }
  });
});

test("the observables of a client go on over a connection that breaks", async () => {
  await using scene = await serveScene();
  const { manager, server } = scene;
  const client = createClient({ url: server.url ?? "", token });
  const web = manager.newProcess("web", "sleep", { args: ["1000"] });
  const connected = vi.fn();
  const seen = firstValueFrom(client.events$.pipe(tap(connected), take(2), toArray()));
  await expect.poll(() => connected).toHaveBeenCalled();
  await web.start();
  expect(await seen).toMatchObject([{ type: "snapshot" }, { type: "changed", name: "web" }]);
  await expect(firstValueFrom(client.logs$("nobody"))).rejects.toMatchObject({ code: "PROCESS_NOT_FOUND" });
  expect(() => createClient({ url: "ftp://x", token })).toThrow(/cannot be used/);
});

describe("for other programs", () => {
  test("/health counts what runs, and tells what is not as it was asked for", async () => {
    await using scene = await serveScene();
    const { manager } = scene;
    await manager.newProcess("web", "sleep", { args: ["1000"] }).start();
    const health = async () =>
      JSON.parse((await ask(socketOf(scene), { path: "/health" })).body) as Record<string, unknown>;
    expect(await health()).toMatchObject({ status: "healthy", phase: "running", processes: { total: 1, running: 1 } });
    await expect(manager.newProcess("broken", "no-such-program-anywhere").start()).rejects.toThrow();
    expect(await health()).toMatchObject({ status: "degraded", processes: { total: 2, running: 1 } });
  });

  test("/metrics is the text format of Prometheus, with exits by their cause", async () => {
    await using scene = await serveScene();
    const { manager } = scene;
    const web = manager.newProcess("web", "sleep", { args: ["1000"], group: "back" });
    await web.start();
    await web.kill();
    await manager.newProcess("quick", "sh", { args: ["-c", "exit 3"] }).start();
    await expect.poll(() => manager.getProcessByName("quick")?.status.lifecycle).toBe("exited");
    const { body, headers } = await ask(socketOf(scene), { path: "/metrics" });
    expect(headers["content-type"]).toBe("text/plain; version=0.0.4");
    const samples = parseMetrics(body);
    expect(samples.get('drover_process_running{name="web",group="back"}')).toBe(0);
    expect(samples.get('drover_process_exits_total{name="web",group="back",cause="killed"}')).toBe(1);
    expect(samples.get('drover_process_exits_total{name="quick",group="",cause="exited"}')).toBe(1);
    expect(samples.get('drover_processes{state="terminated"}')).toBe(2);
    expect(samples.get("drover_event_loop_lag_max_seconds")).toBeGreaterThanOrEqual(0);
  });

  test("the routes of processman answer with its bodies", async () => {
    await using scene = await serveScene();
    await talker(scene);
    const pm = async (method: string, path: string) =>
      JSON.parse((await ask(socketOf(scene), { method, path: `/api/pm/${path}` })).body) as unknown;
    expect(await pm("GET", "list")).toEqual([
      {
        id: "web",
        pid: scene.manager.getProcessByName("web")?.pid,
        status: "running",
        startTime: expect.stringMatching(/^\d{4}-.*Z$/),
        uptime: expect.stringMatching(/^\d+s$/),
        restartCount: 0,
        lastError: "",
      },
    ]);
    expect(await pm("POST", "web/restart")).toEqual({ message: "Process restart initiated", id: "web" });
    expect(await pm("POST", "web/stop")).toEqual({ message: "Process stopped", id: "web" });
    expect(await pm("GET", "list")).toMatchObject([{ status: "stopped", pid: 0, restartCount: 1 }]);
    expect(await pm("GET", "web/logs?lines=1")).toMatchObject({ id: "web", logs: [expect.any(String)] });
    expect(await pm("POST", "nobody/stop")).toMatchObject({ error: { code: "PROCESS_NOT_FOUND" } });
  });
});

/** A process that writes two lines and a problem, and whose standard output the test writes to like another part of it. */
async function talker({ manager, stateDir }: Scene, name = "web") {
  const script = `echo one; echo two; echo problem >&2; echo up > ${name}.ready; exec sleep 1000`;
  const readiness = { exec: { command: "test", args: ["-f", `${name}.ready`] }, interval: "20ms" };
  const process = manager.newProcess(name, "sh", { args: ["-c", script], cwd: stateDir, readiness, group: name });
  await process.start();
  const write = (text: string): void => appendFileSync(join(stateDir, `logs/${name}.out.log`), text);
  return { process, write };
}

function socketOf({ server }: Scene): { readonly socketPath: string } {
  return { socketPath: server.socketPath };
}

function lineOf({ data }: ServerEvent): string {
  return (data as LogLineInfo).line;
}

function linesOf(lines: readonly LogLineInfo[]): string[] {
  return lines.map(({ line }) => line);
}

function named({ process, line }: LogLineInfo): string {
  return `${process} ${line}`;
}

/** Fails for a line that a scraper would not take. */
function parseMetrics(body: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  for (const line of body.trimEnd().split("\n")) {
    const [, name, type] = /^# TYPE (\w+) (gauge|counter)$/.exec(line) ?? [];
    if (name !== undefined && type !== undefined) types.set(name, type);
    if (line.startsWith("#")) continue;
    const [, key = "", metric = "", value = ""] =
      /^((\w+)(?:\{(?:\w+="(?:[^"\\]|\\.)*",?)*\})?) (\S+)$/.exec(line) ?? [];
    expect(types.has(metric), line).toBe(true);
    expect(samples.has(key), line).toBe(false);
    samples.set(key, Number(value));
  }
  return samples;
}
