import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filter, firstValueFrom, type Observable, Subject, type Subscription, timer } from "rxjs";
import type { RunProgram } from "../../src/logs/head-cut.js";
import type { LogFile } from "../../src/logs/log-file.js";
import type { Rotator } from "../../src/logs/rotator.js";

/** A directory of a test with a log in it, and everything the test has begun there. */
export class LogScene implements AsyncDisposable {
  readonly directory: string;
  readonly path: string;
  readonly #ends: (() => unknown)[] = [];

  constructor(parent = tmpdir()) {
    this.directory = mkdtempSync(join(parent, "drover-test-"));
    this.path = join(this.directory, "app.log");
  }

  /** Ends with the test. */
  onEnd(end: () => unknown): void {
    this.#ends.push(end);
  }

  /** Collects what an observable emits. */
  collect<Value>(source: Observable<Value>): Collected<Value> {
    const values: Value[] = [];
    const seen = new Subject<Value>();
    seen.subscribe((value) => values.push(value));
    const subscription = source.subscribe(seen);
    this.onEnd(() => subscription.unsubscribe());
    const has = async (isEnough: (values: readonly Value[]) => boolean): Promise<void> => {
      if (!isEnough(values)) await firstValueFrom(seen.pipe(filter(() => isEnough(values))));
    };
    return { values, subscription, has: (count) => has(({ length }) => length >= count), until: has };
  }

  /** Starts a Node program whose output is appended to files, as the port does it. */
  start(script: string, args: readonly string[], stderrPath = this.path): ChildProcess {
    const [out, err] = [openSync(this.path, "a"), openSync(stderrPath, "a")];
    const child = spawn(process.execPath, ["-e", script, "--", ...args], { stdio: ["ignore", out, err] });
    closeSync(out);
    closeSync(err);
    this.onEnd(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    });
    return child;
  }

  /** The archives from the oldest to the newest, then the current file. */
  everything(path = this.path): Buffer {
    return everyPartOf(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** What a log and its archives hold, oldest first. */
export function everyPartOf(path: string): Buffer {
  const names: string[] = [];
  for (let number = 1; existsSync(`${path}.${number}`); number++) names.unshift(`${path}.${number}`);
  return Buffer.concat([...names, path].filter((name) => existsSync(name)).map((name) => readFileSync(name)));
}

export interface Collected<Value> {
  readonly values: readonly Value[];
  readonly subscription: Subscription;
  /** Resolves when there are so many. */
  has(count: number): Promise<void>;
  until(isEnough: (values: readonly Value[]) => boolean): Promise<void>;
}

/** Rotates each time the log has so many bytes, until its writer has ended; resolves to the number of times. */
export async function rotateUntilExit(
  writer: ChildProcess,
  rotator: Rotator,
  file: LogFile,
  maxBytes: number,
): Promise<number> {
  let rotations = 0;
  while (writer.exitCode === null) {
    await firstValueFrom(timer(2));
    if ((statSync(file.path, { throwIfNoEntry: false })?.size ?? 0) < maxBytes) continue;
    if (await rotator.rotate(file)) rotations += 1;
  }
  return rotations;
}

/** Runs a program for real. */
export const runProgram: RunProgram = (file, args) =>
  new Promise((resolve, reject) => {
    execFile(file, args, (error) => {
      if (error === null) resolve(0);
      else if (typeof error.code === "number") resolve(error.code);
      else reject(new Error(error.message));
    });
  });

/** Whether fallocate(1) can collapse a range where the tests have their files. */
export async function canCollapse(): Promise<boolean> {
  await using scene = new LogScene();
  writeFileSync(scene.path, Buffer.alloc(3 * 65_536));
  return (await runProgram("fallocate", ["-c", "-o", "0", "-l", "65536", scene.path]).catch(() => 1)) === 0;
}

/** As where there is no `fallocate`, or the file system cannot collapse. */
export const runNothing: RunProgram = async () => await Promise.reject(new Error("no such program"));

/**
 * Writes `count` numbered lines, one write(2) each: as fast as it can, or with a pause of 1 ms every `burst` lines; and
 * every 50,000 lines it waits until rotation has made its file smaller than `belowBytes`.
 */
export const numberedLines = `
const { fstatSync, writeSync } = require("node:fs");
const [count, burst = 0, belowBytes = Infinity] = process.argv.slice(1).map(Number);
const lock = new Int32Array(new SharedArrayBuffer(4));
const pause = () => Atomics.wait(lock, 0, 0, 1);
for (let line = 1; line <= count; line++) {
  writeSync(1, line + " ".padEnd(90, "x") + "\\n");
  if (burst > 0 && line % burst === 0) pause();
  if (line % 50_000 === 0) while (fstatSync(1).size >= belowBytes) pause();
}`;

/** The numbers at the beginning of lines. */
export const numbersOf = (lines: readonly string[]): readonly number[] =>
  lines.map((line) => Number.parseInt(line, 10));

/** The first place where numbers do not go up by one from 1, in words; undefined when they all do. */
export function findGap(numbers: readonly number[]): string | undefined {
  const index = numbers.findIndex((number, position) => number !== position + 1);
  return index < 0
    ? undefined
    : `after ${numbers[index - 1]} comes ${numbers[index]}, the ${index + 1}th of ${numbers.length}`;
}
