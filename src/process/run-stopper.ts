import type { Survivor } from "../os/os.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { CommandContext } from "./command-queue.js";
import { endCarriers } from "./end-carriers.js";
import { explainFailure } from "./failures.js";
import { planLaunch } from "./launch.js";
import type { ProcessContext, StopRequest } from "./process-context.js";
import type { Run } from "./run.js";
import { runStopCommand } from "./stop-command.js";
import { climbStopLadder, type LadderResult } from "./stop-ladder.js";

/** Ends runs: by the stop command, then by signals. */
export class RunStopper {
  readonly #context: ProcessContext;
  /** DROVER_ID of a run that ended while nobody watched, and may have left something behind. */
  leftoverRunId: string | undefined;

  constructor(context: ProcessContext) {
    this.#context = context;
  }

  async stop(
    run: Run,
    template: ProcessTemplate,
    request: StopRequest,
    command: CommandContext,
  ): Promise<LadderResult> {
    if (request.gracePeriodMs > 0 && !run.hasEnded) await this.#askByCommand(run, template, request, command);
    const { hurried, onFirstStep: onSignalled } = command;
    const beforeSignal = (cause: "stopped" | "killed"): void => {
      run.endCause = cause;
    };
    const { os } = this.#context;
    return await climbStopLadder({ ...request, child: run.child, os, hurried, beforeSignal, onSignalled });
  }

  /** Ends what a run has left behind that ended while nobody watched; gives what could not be ended. */
  async endLeftovers(request: StopRequest, command: CommandContext): Promise<readonly Survivor[]> {
    const { os } = this.#context;
    const runId = this.leftoverRunId;
    if (runId === undefined) return [];
    const { hurried, onFirstStep: onSignalled } = command;
    const survivors = await endCarriers(os, runId, { ...request, hurried, onSignalled });
    if (survivors.length === 0) this.leftoverRunId = undefined;
    return survivors;
  }

  /** The stop command comes before any signal. When it cannot be run the signals must do. */
  async #askByCommand(
    run: Run,
    template: ProcessTemplate,
    { gracePeriodMs: timeoutMs }: StopRequest,
    { hurried }: CommandContext,
  ): Promise<void> {
    const [file, ...args] = template.stop.command;
    if (file === undefined) return;
    run.endCause = "stopped";
    try {
      // The command carries an id of its own: by that of the run it would count as what is to be stopped.
      const launch = planLaunch(template, {}, this.#context);
      const { pid } = run.child.identity;
      await runStopCommand(this.#context.os, { command: [file, ...args], launch, pid, timeoutMs, hurried });
    } catch (reason) {
      const error = explainFailure(template.name, reason);
      this.#context.warn(`${error.message} (stop.command; it is stopped by signals instead)`, error);
    }
  }
}
