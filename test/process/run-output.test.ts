import type { PassThrough } from "node:stream";
import { expect, test, vi } from "vitest";
import { LogFiles } from "../../src/logs/log-files.js";
import { copyRotator } from "../../src/logs/rotate-by-copy.js";
import { ProcessLog } from "../../src/process/process-log.js";
import { templateFromOptions } from "../../src/template/from-options.js";
import { FakeOs } from "../../src/testing/fake-os.js";
import { runNothing } from "../logs/log-scene.js";
import { within } from "./fixture.js";

/** Streams give what they have in a later turn. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const pipe = { kind: "pipe" } as const;
const request = {
  file: "app",
  args: [],
  cwd: "/",
  env: {},
  detach: false,
  stdin: "ignore",
  stdout: pipe,
  stderr: pipe,
} as const;

const policy = { ...templateFromOptions("app", "app", {}, { cwd: "/" }).logs, bufferLines: 10 };

function logOf(os: FakeOs): ProcessLog {
  const { scheduler } = os;
  const logFiles = new LogFiles({ rotator: copyRotator(runNothing), scheduler, report: () => undefined });
  return new ProcessLog({ name: "app", logFiles, scheduler }, () => ({ targets: request, policy }));
}

test("what a process wrote last is among its last lines, although its end was told before that came", async () => {
  const os = new FakeOs({
    programs: {
      app: (self) => {
        self.write("stdout", "up\n");
        self.write("stderr", "one\ntwo, without a newline");
        self.end(1);
      },
    },
  });
  const prepared = await logOf(os).prepare(request, policy);
  const child = await os.spawn(request);
  const output = prepared.connect(child);
  await child.exit;
  expect(await output.lastLines("stderr", 5)).toEqual(["one", "two, without a newline"]);
  expect(await output.lastWords(1)).toEqual(["two, without a newline"]);
  expect(await output.lastLines("stdout", 5)).toEqual(["up"]);
});

test("a pipe that something left behind keeps open is waited for 100 ms", async () => {
  const os = new FakeOs({ programs: { app: (self) => self.write("stderr", "one\n") } });
  const prepared = await logOf(os).prepare(request, policy);
  const child = await os.spawn(request);
  const output = prepared.connect(child);
  const held = os.processes[0]?.stderr as PassThrough;
  vi.spyOn(held, "end").mockReturnThis();
  os.processes[0]?.end(1);
  await child.exit;
  await nextTurn();
  const settled = vi.fn();
  const lines = output.lastLines("stderr", 5).finally(settled);
  await os.clock.advance(99);
  expect(settled).not.toHaveBeenCalled();
  expect(await within(os, 1, lines)).toEqual(["one"]);
});

test("the lines of a process that lives are told at once", async () => {
  const os = new FakeOs({ programs: { app: () => undefined } });
  const prepared = await logOf(os).prepare(request, policy);
  const child = await os.spawn(request);
  const output = prepared.connect(child);
  os.processes[0]?.write("stdout", "up\n");
  await nextTurn();
  expect(await within(os, 0, output.lastLines("stdout", 5))).toEqual(["up"]);
});
