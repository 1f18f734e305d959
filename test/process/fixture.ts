import { LogFiles } from "../../src/logs/log-files.js";
import { copyRotator } from "../../src/logs/rotate-by-copy.js";
import { ManagedProcess } from "../../src/process/managed-process.js";
import type { ProcessContext } from "../../src/process/process-context.js";
import { templateFromOptions } from "../../src/template/from-options.js";
import type { TemplateOptions } from "../../src/template/template-options.js";
import { FakeOs, type FakeOsOptions } from "../../src/testing/fake-os.js";
import { StatusWatcher } from "../../src/watch/status-watcher.js";
import { runNothing } from "../logs/log-scene.js";

export interface Fixture {
  readonly os: FakeOs;
  readonly process: ManagedProcess;
  readonly warnings: string[];
}

/** One process on a fake operating system; its program is `app`, which sleeps until a signal ends it. */
export function fixture(options: TemplateOptions = {}, osOptions: FakeOsOptions = {}): Fixture {
  const os = new FakeOs({ ...osOptions, programs: { app: () => undefined, ...osOptions.programs } });
  const warnings: string[] = [];
  const context: ProcessContext = {
    os,
    managerEnv: {},
    detachedToken: () => "detached",
    record: () => Promise.resolve(),
    awaitDependencies: () => Promise.resolve(),
    logDirectory: undefined,
    logFiles: new LogFiles({
      rotator: copyRotator(runNothing),
      scheduler: os.backgroundScheduler,
      report: () => undefined,
    }),
    watcher: new StatusWatcher({ periodMs: 1000, scheduler: os.backgroundScheduler, prepare: () => undefined }),
    warn: (message) => warnings.push(message),
  };
  const template = templateFromOptions("app", "app", options, { cwd: "/" });
  return { os, process: new ManagedProcess(template, {}, context), warnings };
}

/** The answer of a promise that is to settle while fake time passes. */
export async function within<Value>(os: FakeOs, ms: number, promise: Promise<Value>): Promise<Value> {
  // Settled elsewhere meanwhile, it must not count as unhandled.
  promise.catch(() => undefined);
  await os.clock.advance(ms);
  return await promise;
}
