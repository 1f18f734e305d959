import { ProcessError } from "../errors.js";
import type { HealthReport } from "../health/health-report.js";
import { type Exit, exitOf } from "../os/exit.js";
import type { AttachedChild, Os } from "../os/os.js";
import { isAlive } from "../os/os-state.js";
import type { RunEnd } from "../restart/decide-restart.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { StatusWatcher } from "../watch/status-watcher.js";
import { withoutName } from "./failures.js";
import { type CheckUse, healthFacts } from "./health-facts.js";
import { Run, type RunOrigin } from "./run.js";
import type { StatusCell, StatusChange } from "./status-cell.js";

/** The end of a run, or of a start that failed. */
export type HeldEnd = Omit<RunEnd, "isTold"> & {
  /** Whether a start was under way, and rejects with this failure. */
  readonly hasFailedStart: boolean;
};

export interface HolderContext {
  readonly os: Os;
  readonly watcher: StatusWatcher;
}

/** Holds the present or last run of a process, and tells what becomes of it. */
export class RunHolder {
  /** The present template. */
  template: ProcessTemplate;
  readonly #context: HolderContext;
  readonly #cell: StatusCell;
  /** Told of every end of a run, and of every start that failed but for those given up. */
  onEnd: (end: HeldEnd) => void = () => undefined;
  #generation = 0;
  #last: Run | undefined;
  #isStarting = false;

  constructor(template: ProcessTemplate, context: HolderContext, cell: StatusCell) {
    this.template = template;
    this.#context = context;
    this.#cell = cell;
  }

  /** Another template takes the place of the present one: its checks decide at once, the rest with the next start. */
  use(template: ProcessTemplate): void {
    this.template = template;
    const { present } = this;
    if (present !== undefined) this.#cell.change(healthFacts(template, present.checks));
  }

  /** The present or last run; undefined before the first. */
  get last(): Run | undefined {
    return this.#last;
  }

  /** The run under way. */
  get present(): Run | undefined {
    return this.#last?.hasEnded === false ? this.#last : undefined;
  }

  /** Takes hold of a process that was spawned or attached: from now on its states and its exit are told. */
  hold(child: AttachedChild, event: "spawned" | "attached", origin: RunOrigin, facts: StatusChange = {}): Run {
    const run = new Run(child, ++this.#generation, origin);
    this.#last = run;
    const os = child.sample();
    const { identity, startedAt } = child;
    // One change: whoever writes down what it hears must not see a run without its process.
    const health = healthFacts(this.template, run.checks);
    if (health.ready) run.upSinceMs = this.#context.os.scheduler.now() - child.uptimeMs();
    this.#cell.change({ ...facts, ...health, pid: identity.pid, startedAt, os: isAlive(os) ? os : "running" }, event);
    const observe = (state: ReturnType<AttachedChild["sample"]>): void => {
      // Nearly every look finds what the one before has found: that must cost nothing.
      if (state === this.#cell.status.os) return;
      if (this.#last === run && !run.hasEnded && isAlive(state)) this.#cell.change({ os: state });
    };
    run.onRelease(this.#context.watcher.add({ sample: () => child.sample(), observe }));
    void child.exit.then((exit) => this.#noticeExit(run, exit));
    return run;
  }

  /** Takes note of what a health check of the present run has found. */
  noteCheck(use: CheckUse, report: HealthReport): void {
    const run = this.#last;
    if (run === undefined || run.hasEnded) return;
    run.checks = { ...run.checks, [use]: report };
    const health = healthFacts(this.template, run.checks);
    if (health.ready) run.upSinceMs ??= this.#context.os.scheduler.now();
    this.#cell.change(health);
  }

  /** Reads the state now instead of at the next round of the watcher. */
  refresh(): void {
    const state = this.present?.child.sample();
    if (state !== undefined && isAlive(state)) this.#cell.change({ os: state });
  }

  /** Stops looking at the process, which goes on as it is; gives what still holds it, to be released. */
  letGo(): AttachedChild | undefined {
    const run = this.#last;
    if (run === undefined || run.hasEnded) return undefined;
    run.letGo();
    run.child.unref();
    return run.child;
  }

  /** Takes note of a run that ended while nobody watched. */
  noteEnd(facts: StatusChange): void {
    this.#cell.change({ ...facts, os: "running" }, "attached");
    const exit = exitOf(null, null, new Date());
    this.#cell.change({ os: "gone", exit }, "exit");
    this.onEnd({ exit, failure: undefined, upMs: 0, hasFailedStart: false });
  }

  #noticeExit(run: Run, exit: Exit): void {
    if (this.#last !== run || run.hasEnded) return;
    run.end();
    const cause = run.failure?.cause ?? run.endCause ?? exit.cause;
    // What was decided before this run is over; what is decided now is told with the next change.
    const reason = run.failure?.reason;
    const facts = { os: "gone", pid: undefined, health: "unknown", ready: false, reason } as const;
    this.#cell.change({ ...facts, exit: Object.freeze({ ...exit, cause }) }, "exit");
    if (!this.#isStarting) this.#tellEnd(run);
  }

  /** Does the work of a start. What that ends with is told once, when it is known whether it has failed. */
  async during(start: () => Promise<void>): Promise<void> {
    const before = this.#last;
    let failure: ProcessError | undefined;
    this.#isStarting = true;
    try {
      await start();
    } catch (reason) {
      failure = ProcessError.from(reason);
      throw failure;
    } finally {
      this.#isStarting = false;
      this.#tellEndOfStart(before, failure);
    }
  }

  #tellEndOfStart(before: Run | undefined, failure: ProcessError | undefined): void {
    const run = this.#last === before ? undefined : this.#last;
    if (run?.hasEnded === true) this.#tellEnd(run, failure);
    else if (failure !== undefined && failure.code !== "ABORTED" && failure.code !== "MANAGER_CLOSED") {
      this.onEnd({ exit: undefined, failure: withoutName(failure), upMs: 0, hasFailedStart: true });
    }
  }

  #tellEnd(run: Run, failure?: ProcessError): void {
    const { scheduler } = this.#context.os;
    const upMs = run.upSinceMs === undefined ? 0 : scheduler.now() - run.upSinceMs;
    const { exit } = this.#cell.status;
    this.onEnd({ exit, failure: run.failure?.reason, upMs, hasFailedStart: failure !== undefined });
  }
}
