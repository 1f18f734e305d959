import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createProcessManager, type Process, type ProcessManager } from "drover";
import { amountRow, type Benchmark, type Row, ratioRow } from "../row.js";
import { alternate, summarise } from "../statistics.js";

const writer = fileURLToPath(new URL("../log-writer.js", import.meta.url));
const mega = 1024 * 1024;
/** No rotation: what it costs is measured on its own. */
const unrotated = { maxSize: "1024GiB" } as const;

/** What programs pay for writing into a log of drover, and what it costs drover whether somebody reads or not. */
export const logs: Benchmark = async ({ isTiny }) => {
  const directory = mkdtempSync(join(tmpdir(), "drover-bench-"));
  try {
    const scene = new LogBench(directory, isTiny ? 2_000 : 2_000_000);
    const rounds = isTiny ? 1 : 3;
    return [
      ...(await scene.writing(rounds, 1)),
      ...(await scene.writing(rounds, 20)),
      await scene.following(rounds, "not read", () => undefined),
      await scene.following(rounds, "followed", follow),
      await scene.rotating(rounds),
      ...(await scene.memory()),
    ];
  } finally {
    rmSync(directory, { recursive: true });
  }
};

function follow(handle: Process): void {
  handle.logs.follow(0).subscribe();
}

class LogBench {
  readonly #directory: string;
  readonly #lines: number;
  #runs = 0;

  constructor(directory: string, lines: number) {
    this.#directory = directory;
    this.#lines = lines;
  }

  /** What the writers themselves measure. */
  async writing(rounds: number, writers: number): Promise<readonly Row[]> {
    const each = Math.ceil(this.#lines / writers);
    const samples = await alternate(rounds, {
      drover: () => this.#withManager(async (manager) => Math.max(...(await this.#written(manager, writers, each)))),
      plain: async () => Math.max(...(await Promise.all(Array.from({ length: writers }, () => this.#plain(each))))),
    });
    const who = writers === 1 ? "one child" : `each of ${writers} children`;
    const what = `${who} writes ${describeCount(each)} lines of 100 bytes to its log, against a file`;
    return [ratioRow({ what, unit: "ms", samples, ...(writers === 1 && { budget: 1.05 }) })];
  }

  /** CPU time of this program for each line, above what it takes to wait as long. */
  async following(rounds: number, how: string, look: (handle: Process) => void): Promise<Row> {
    const samples: number[] = [];
    for (let round = 0; round < rounds; round++) {
      samples.push(await this.#withManager(async (manager) => await this.#cpuOfFlood(manager, look)));
    }
    const budget = how === "followed" ? { budget: 0.3 } : {};
    const what = `host CPU for each line written, ${how}`;
    return amountRow(
      { what, unit: "µs", samples: { drover: samples, plain: [0] }, ...budget },
      ({ drover }) => drover.median,
    );
  }

  /** Lines that are in no file after ten rotations at full speed. */
  async rotating(rounds: number): Promise<Row> {
    const samples: number[] = [];
    for (let round = 0; round < rounds; round++) {
      samples.push(
        await this.#withManager(async (manager) => {
          const maxSize = Math.max(1024, Math.ceil((this.#lines * 100) / 11));
          const handle = this.#process(manager, this.#lines, { maxSize, maxFiles: 100 });
          await handle.start();
          await handle.wait();
          return this.#lines - countLines(join(this.#directory, `state/logs/${handle.name}.out.log`));
        }),
      );
    }
    const what = `lines lost of ${describeCount(this.#lines)}, rotated up to 10 times at full speed`;
    return amountRow(
      { what, unit: "lines", samples: { drover: samples, plain: [0] }, budget: 0 },
      ({ drover }) => drover.max,
    );
  }

  /** How much the host grows while a flood is followed, and what of that is left. */
  async memory(): Promise<readonly Row[]> {
    return await this.#withManager(async (manager) => {
      const warmUp = this.#process(manager, this.#lines / 10, unrotated);
      follow(warmUp);
      await warmUp.start();
      await warmUp.wait();
      const before = settledBytes();
      const handle = this.#process(manager, this.#lines, { maxSize: "10MiB", maxFiles: 5 });
      follow(handle);
      let most = 0;
      const watch = setInterval(() => {
        most = Math.max(most, process.memoryUsage.rss());
      }, 20);
      await handle.start();
      await handle.wait();
      clearInterval(watch);
      const grown = { during: (Math.max(most, before) - before) / mega, after: (settledBytes() - before) / mega };
      const row = (when: string, value: number): Row => {
        const what = `host memory gained ${when} a flood of ${describeCount(this.#lines)} lines that is followed`;
        const result = { value, unit: "MB" } as const;
        return { what, unit: "MB", drover: summarise([value]), plain: undefined, result, budget: 20 };
      };
      return [row("during", grown.during), row("after", grown.after)];
    });
  }

  async #withManager<Result>(work: (manager: ProcessManager) => Promise<Result>): Promise<Result> {
    await using manager = await createProcessManager({ stateDir: join(this.#directory, "state") });
    try {
      return await work(manager);
    } finally {
      await manager.close();
      rmSync(join(this.#directory, "state"), { recursive: true });
    }
  }

  #process(manager: ProcessManager, lines: number, logPolicy: object): Process {
    const args = [writer, String(lines)];
    return manager.newProcess(`writer-${this.#runs++}`, process.execPath, { args, logs: logPolicy });
  }

  /** Milliseconds each writer took. */
  async #written(manager: ProcessManager, writers: number, lines: number): Promise<readonly number[]> {
    const handles = Array.from({ length: writers }, () => this.#process(manager, lines, unrotated));
    await Promise.all(handles.map(async (handle) => await handle.start()));
    await Promise.all(handles.map(async (handle) => await handle.wait()));
    return handles.map(({ name }) => Number(readFileSync(join(this.#directory, `state/logs/${name}.err.log`), "utf8")));
  }

  async #plain(lines: number): Promise<number> {
    const path = join(this.#directory, `plain-${this.#runs++}`);
    const [out, err] = [openSync(path, "a"), openSync(`${path}.err`, "a")];
    // In a session of its own, as drover does it: the kernel shares out CPU time by sessions, sched(7).
    const child = spawn(process.execPath, [writer, String(lines)], { stdio: ["ignore", out, err], detached: true });
    closeSync(out);
    closeSync(err);
    await once(child, "exit");
    const tookMs = Number(readFileSync(`${path}.err`, "utf8"));
    for (const written of [path, `${path}.err`]) rmSync(written);
    return tookMs;
  }

  async #cpuOfFlood(manager: ProcessManager, look: (handle: Process) => void): Promise<number> {
    const handle = this.#process(manager, this.#lines, unrotated);
    look(handle);
    await handle.start();
    const before = process.cpuUsage();
    await handle.wait();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / this.#lines;
  }
}

function settledBytes(): number {
  for (let round = 0; round < 4; round++) globalThis.gc?.();
  return process.memoryUsage.rss();
}

/** Newlines in a log and its archives. */
function countLines(path: string): number {
  let lines = 0;
  const names = [path];
  for (let number = 1; existsSync(`${path}.${number}`); number++) names.push(`${path}.${number}`);
  for (const name of names) for (const byte of readFileSync(name)) if (byte === 10) lines += 1;
  return lines;
}

function describeCount(lines: number): string {
  return lines >= 1_000_000 ? `${lines / 1_000_000} M` : String(lines);
}
