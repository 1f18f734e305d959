import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/health/create-probe.js";
import { requireSocketPathFits } from "../../src/health/socket-path.js";
import { tempDir } from "../repo/temp-dir.js";
import { countConnections, createGreeter, listen } from "./listener.js";
import { reasonOf, subjectOf } from "./subject.js";

type Belongs = boolean | undefined;

function probeFor(cwd: string, path: string, belongs: Belongs = undefined, askedOf: string[] = []) {
  const listensOn = (asked: string): Promise<Belongs> => {
    askedOf.push(asked);
    return Promise.resolve(belongs);
  };
  return createProbe({ kind: "unix", path }, subjectOf({ cwd, listensOn }));
}

test.each<[Belongs]>([[true], [undefined]])("is healthy when the listener is its own: %s", async (belongs) => {
  using dir = tempDir();
  const path = join(dir.path, "app.sock");
  await using _listener = await listen(undefined, { path });
  const askedOf: string[] = [];
  expect(await reasonOf(probeFor(dir.path, path, belongs, askedOf))).toBeUndefined();
  expect(askedOf).toEqual([path]);
});

test("takes a path as seen from the working directory", async () => {
  using dir = tempDir();
  await using _listener = await listen(undefined, { path: join(dir.path, "app.sock") });
  expect(await reasonOf(probeFor(dir.path, "./app.sock"))).toBeUndefined();
});

test("does not count a listener that is somebody else's", async () => {
  using dir = tempDir();
  const path = join(dir.path, "app.sock");
  await using _listener = await listen(undefined, { path });
  expect(await reasonOf(probeFor(dir.path, path, false))).toBe(`another process listens on ${path}`);
});

test("does not count the socket file of a process that was killed", async () => {
  using dir = tempDir();
  const path = join(dir.path, "app.sock");
  const script = "require('net').createServer().listen(process.argv[1], () => console.log('up'))";
  const server = spawn(process.execPath, ["-e", script, path], { stdio: ["ignore", "pipe", "inherit"] });
  await once(server.stdout, "data");
  expect(await reasonOf(probeFor(dir.path, path))).toBeUndefined();
  server.kill("SIGKILL");
  await once(server, "close");
  expect(await reasonOf(probeFor(dir.path, path))).toBe(`nothing listens on ${path} (ECONNREFUSED)`);
});

test("tells that there is no socket, or a file that is none", async () => {
  using dir = tempDir();
  const file = join(dir.path, "file");
  writeFileSync(file, "");
  expect(await reasonOf(probeFor(dir.path, "no.sock"))).toBe(`there is no socket at ${dir.path}/no.sock (ENOENT)`);
  expect(await reasonOf(probeFor(dir.path, file))).toMatch(/file (is not a socket|\(ECONNREFUSED\))/);
});

test("asks nothing when it was aborted before", async () => {
  using dir = tempDir();
  const path = join(dir.path, "app.sock");
  await using greeter = await listen(createGreeter(), { path });
  expect(await reasonOf(probeFor(dir.path, path), AbortSignal.abort())).toMatch(/abort/);
  expect(await countConnections(greeter, path)).toBe(0);
});

test("settles when it is aborted while the owner of the socket is looked for", async () => {
  using dir = tempDir();
  const path = join(dir.path, "app.sock");
  await using _listener = await listen(undefined, { path });
  const given = new AbortController();
  const listensOn = (): Promise<boolean> => {
    queueMicrotask(() => given.abort());
    return new Promise(() => undefined);
  };
  const probe = createProbe({ kind: "unix", path }, subjectOf({ listensOn }));
  expect(await reasonOf(probe, given.signal)).toMatch(/abort/);
});

describe("a path that is too long", () => {
  const longest = `/${"a".repeat(103)}`;

  test("is refused before anything is asked, also when only the working directory makes it so", () => {
    expect(() => probeFor(longest, "b")).toThrow(
      `unix.path: the socket path "${longest}/b" is 106 bytes long; Unix sockets take at most 104: choose a shorter path or working directory`,
    );
  });

  test.each([
    [longest, true],
    [`${longest}a`, false],
    [`/${"é".repeat(52)}`, false],
    ["/run/app.sock", true],
  ])("%s fits: %s", (path, fits) => {
    const require = (): void => requireSocketPathFits(path);
    if (fits) expect(require).not.toThrow();
    else expect(require).toThrow(expect.objectContaining({ code: "INVALID_TEMPLATE" }));
  });
});
