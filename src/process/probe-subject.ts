import { EMPTY } from "rxjs";
import type { Interpreter, ProbeSubject } from "../health/probe.js";
import type { SpawnRequest } from "../os/os.js";
import type { ProcessTemplate } from "../template/process-template.js";
import { type LaunchContext, type LaunchOptions, planLaunch } from "./launch.js";
import type { Run } from "./run.js";

/** The present run as its health checks see it. */
export function probeSubject(
  run: Run | undefined,
  template: ProcessTemplate,
  options: LaunchOptions,
  context: LaunchContext,
): ProbeSubject {
  const launch = (): SpawnRequest => planLaunch(template, options, context);
  return {
    os: context.os,
    cwd: template.cwd,
    lines$: run?.output.lines$ ?? EMPTY,
    launch,
    listensOn: async (path) => await run?.child.listensOn(path),
    get interpreter(): Interpreter | undefined {
      return interpreterOf(template, launch());
    },
  };
}

/** What runs the script of a template; undefined for a command, and for a script that is executed itself. */
function interpreterOf({ program }: ProcessTemplate, { file, args }: SpawnRequest): Interpreter | undefined {
  return program.kind === "script" && args[0] === program.script ? { file, args: [] } : undefined;
}
