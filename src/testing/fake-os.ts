import { ProcessError } from "../errors.js";
import { type Identity, sameIdentity } from "../os/identity.js";
import type { AttachedChild, Carrier, Child, Host, Os, SpawnRequest } from "../os/os.js";
import { isAlive } from "../os/os-state.js";
import { FakeClock } from "./fake-clock.js";
import { FakeProcess, type FakeProgram } from "./fake-process.js";

export interface FakeOsOptions {
  /** Programs that exist, by the name or path they are started with. */
  readonly programs?: Readonly<Record<string, FakeProgram>>;
  /** Working directories that exist; undefined lets every one exist. */
  readonly directories?: readonly string[];
  /** Text files that exist, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Environment of the host program. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the host program may use `runAs` and any `nice`, as root may. @default true */
  readonly isPrivileged?: boolean;
  /** Users and groups that exist, by name or number; undefined lets every one exist. */
  readonly users?: readonly string[];
  /** Wall-clock time at the beginning, in milliseconds since 1970. */
  readonly startMs?: number;
}

/**
 * An operating system of scripted processes and a clock that stands still: `createProcessManager({ os: new FakeOs() })`
 * tests a host program without starting anything. Time passes by `os.clock.advance(ms)`.
 */
export class FakeOs implements Os {
  readonly clock: FakeClock;
  readonly scheduler: FakeClock;
  readonly backgroundScheduler: FakeClock;
  readonly host: Host;
  /** Every process there ever was, in the order of their start. */
  readonly processes: FakeProcess[] = [];
  /** Every warning the host was given. */
  readonly warnings: string[] = [];
  readonly #programs: Map<string, FakeProgram>;
  readonly #options: FakeOsOptions;
  #nextPid = 1000;
  #nextRun = 0;

  constructor(options: FakeOsOptions = {}) {
    this.clock = new FakeClock(options.startMs);
    this.scheduler = this.clock;
    this.backgroundScheduler = this.clock;
    this.#programs = new Map(Object.entries(options.programs ?? {}));
    this.#options = options;
    this.host = fakeHost(options, this.warnings, this.clock);
  }

  /** Makes a program that exists, or replaces it. */
  setProgram(file: string, program: FakeProgram): void {
    this.#programs.set(file, program);
  }

  /** A process somebody else started, to attach to. */
  addForeign(file: string, program: FakeProgram = () => undefined): FakeProcess {
    const output = { kind: "discard" } as const;
    const request = {
      file,
      args: [],
      cwd: "/",
      env: {},
      detach: true,
      stdin: "ignore",
      stdout: output,
      stderr: output,
    } as const;
    return this.#launch(request, program);
  }

  async spawn(request: SpawnRequest, cancelSignal?: AbortSignal): Promise<Child> {
    if (cancelSignal?.aborted === true) throw new ProcessError("ABORTED", "the start was cancelled");
    requirePrivileges(request, this.#options);
    if (this.#options.directories?.includes(request.cwd) === false) {
      const text = `cannot start "${request.file}": working directory "${request.cwd}" does not exist`;
      throw new ProcessError("SPAWN_FAILED", text);
    }
    const program = this.#programs.get(request.file);
    if (program === undefined) {
      throw new ProcessError("SPAWN_FAILED", `cannot start "${request.file}": no such program`);
    }
    return await Promise.resolve(this.#launch(request, program));
  }

  async attach(target: number | Identity): Promise<AttachedChild> {
    const pid = typeof target === "number" ? target : target.pid;
    const found = this.processes.find((process) => process.identity.pid === pid && isAlive(process.sample()));
    if (found === undefined) throw new ProcessError("NO_SUCH_PID", `no process has PID ${pid}; it may have ended`);
    if (typeof target !== "number" && !sameIdentity(found.identity, target)) {
      throw new ProcessError("NOT_SAME_PROCESS", `PID ${pid} belongs to another process now`);
    }
    return await Promise.resolve(found);
  }

  readonly hostToken = "fake-host";

  newRunId(prefix: string): string {
    return `${prefix}.run-${this.#nextRun++}`;
  }

  findCarriers(prefix: string): Promise<readonly Carrier[]> {
    const carriers = this.processes.flatMap((process) => {
      const runId = process.request.env["DROVER_ID"] ?? "";
      if (!isAlive(process.sample()) || !runId.startsWith(prefix)) return [];
      return [
        { identity: process.identity, runId, leadsSession: true, name: process.request.env["DROVER_NAME"] ?? "" },
      ];
    });
    return Promise.resolve(carriers);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  prepareSamples(): undefined {
    return undefined;
  }

  holdHost(): () => void {
    return () => undefined;
  }

  #launch(request: SpawnRequest, program: FakeProgram): FakeProcess {
    const process = new FakeProcess(request, {
      bootId: "fake-boot",
      now: () => this.clock.now(),
      newPid: () => this.#nextPid++,
      register: (made) => this.processes.push(made),
    });
    program(process);
    return process;
  }
}

function requirePrivileges({ file, runAs, nice = 0 }: SpawnRequest, options: FakeOsOptions): void {
  const names = [runAs?.user, runAs?.group].filter((name) => name !== undefined);
  const isPrivileged = options.isPrivileged ?? true;
  if (!isPrivileged && (names.length > 0 || nice < 0)) {
    const reason = nice < 0 ? `nice ${nice} needs permission` : "runAs needs root";
    throw new ProcessError("NOT_PERMITTED", `cannot start "${file}": ${reason}`);
  }
  const unknown = names.find((name) => options.users?.includes(name) === false);
  if (unknown === undefined) return;
  throw new ProcessError("SPAWN_FAILED", `cannot start "${file}": there is no user or group "${unknown}"`);
}

function fakeHost(options: FakeOsOptions, warnings: string[], clock: FakeClock): Host {
  const files = options.files ?? {};
  return {
    identity: { pid: 1, startTicks: 0, bootId: "fake-boot", pidNamespace: "fake" },
    cwd: "/",
    env: options.env ?? {},
    now: () => clock.now(),
    // The middle: a jitter of any share changes nothing.
    random: () => 0.5,
    isFile: (path) => path in files,
    readFile: (path) => {
      const text = files[path];
      if (text === undefined)
        throw Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: "ENOENT" });
      return text;
    },
    warn: (message) => warnings.push(message),
  };
}
