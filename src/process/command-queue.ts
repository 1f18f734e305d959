import { ProcessError } from "../errors.js";

/**
 * What callers ask for, and what supervision does: `reload` is a restart that lets a start before it come to its end, and
 * `replace` ends a run like a stop, though nobody has asked for the process to be down.
 */
export type Verb = "start" | "restart" | "stop" | "kill" | "reload" | "replace";

/** What a running command is told by commands that come after it, and tells those who wait for it. */
export interface CommandContext {
  /** Aborted when a later command, or the end of the manager, makes this one pointless. */
  readonly overtaken: AbortSignal;
  /** Whether a command that ends the process has been asked for since. */
  readonly isStopped: () => boolean;
  /** Aborted when the grace period is to end now. */
  readonly hurried: AbortSignal;
  /** To be called when the first step is done: the stop signal was sent. */
  readonly onFirstStep: () => void;
}

export type CommandWork<Result> = (context: CommandContext) => Promise<Result>;

/** A command in line, as seen by who asked for it. */
export interface Ticket<Result> {
  readonly result: Promise<Result>;
  /** Resolves when the first step is done or the command has ended; never rejects. */
  readonly firstStep: Promise<void>;
  /** Whether an earlier call's command serves this call too. */
  readonly hasJoined: boolean;
  /** Ends the grace period of the command. */
  readonly hurry: () => void;
}

interface Command {
  readonly verb: Verb;
  readonly overtake: AbortController;
  readonly hurry: AbortController;
  readonly result: Promise<unknown>;
  readonly firstStep: Promise<void>;
  hasBegun: boolean;
}

/** Which verbs, coming later, make which verbs pointless. A restart ends in a start, so it overtakes only starts. */
const overtakes: Readonly<Record<Verb, readonly Verb[]>> = {
  start: [],
  restart: ["start"],
  stop: ["start", "restart", "reload"],
  kill: ["start", "restart", "reload"],
  reload: [],
  replace: [],
};

/**
 * The commands of one process, one after the other in the order of the calls. A call of the verb that is last in line
 * joins it; a stop or kill ends a start that waits; a kill cuts the grace period of a stop short.
 */
export class CommandQueue {
  readonly #name: string;
  readonly #commands: Command[] = [];
  #tail: Promise<unknown> = Promise.resolve();
  #closedBy: ProcessError | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** Whether nothing runs and nothing waits. */
  get isIdle(): boolean {
    return this.#commands.length === 0;
  }

  /** Whether a start or restart runs or waits. */
  get willStart(): boolean {
    return this.#commands.some(({ verb }) => canStart(verb));
  }

  /** Whether no further command is let in. */
  get isClosed(): boolean {
    return this.#closedBy !== undefined;
  }

  /** Throws the reason for which no further command is let in. */
  requireOpen(): void {
    if (this.#closedBy !== undefined) throw this.#closedBy;
  }

  /** Does the work after the commands before it, or joins the last one in line. Throws when the queue is closed. */
  run<Result>(verb: Verb, work: CommandWork<Result>): Ticket<Result> {
    this.requireOpen();
    this.#tellOthers(verb);
    const last = this.#commands.at(-1);
    if (last !== undefined && canJoin(last, verb)) return ticketOf<Result>(last, true);
    return ticketOf<Result>(this.#append(verb, work), false);
  }

  /**
   * Lets no further command in: they get `reason`, as do starts under way. Resolves when every command has ended, and
   * the last one, if given, after them. Never rejects.
   */
  async close(reason: ProcessError, last?: CommandWork<unknown>): Promise<void> {
    this.#closedBy ??= reason;
    for (const command of this.#commands) if (canStart(command.verb)) command.overtake.abort(reason);
    if (last !== undefined) this.#append("stop", last);
    await this.#tail;
  }

  #append(verb: Verb, work: CommandWork<unknown>): Command {
    const overtake = new AbortController();
    const hurry = new AbortController();
    let onFirstStep: () => void = () => undefined;
    const stepped = new Promise<void>((resolve) => {
      onFirstStep = resolve;
    });
    const result = this.#tail.then(() => {
      command.hasBegun = true;
      overtake.signal.throwIfAborted();
      const isStopped = (): boolean => this.#commands.at(-1) !== command;
      return work({ overtaken: overtake.signal, isStopped, hurried: hurry.signal, onFirstStep });
    });
    const remove = (): void => {
      this.#commands.splice(this.#commands.indexOf(command), 1);
      onFirstStep();
    };
    this.#tail = result.then(remove, remove);
    const command: Command = { verb, overtake, hurry, result, firstStep: stepped, hasBegun: false };
    this.#commands.push(command);
    return command;
  }

  #tellOthers(verb: Verb): void {
    for (const command of this.#commands) {
      if (overtakes[verb].includes(command.verb)) command.overtake.abort(this.#overtakenBy(verb, command.verb));
      if (verb === "kill") command.hurry.abort();
    }
  }

  #overtakenBy(verb: Verb, earlier: Verb): ProcessError {
    const text = `${this.#name}: ${earlier} was given up, because ${verb} was called before it was done`;
    return new ProcessError("ABORTED", text, { process: this.#name });
  }
}

function canStart(verb: Verb): boolean {
  return verb === "start" || verb === "restart" || verb === "reload";
}

/** A restart under way may have stopped the old run already and read the environment: a later one does it again. */
function canJoin(last: Command, verb: Verb): boolean {
  if (last.verb !== verb || last.overtake.signal.aborted) return false;
  return (verb !== "restart" && verb !== "reload") || !last.hasBegun;
}

function ticketOf<Result>(command: Command, hasJoined: boolean): Ticket<Result> {
  const { firstStep, hurry } = command;
  return { result: command.result as Promise<Result>, firstStep, hasJoined, hurry: () => hurry.abort() };
}
