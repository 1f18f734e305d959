import { Command, CommanderError, type HelpContext } from "commander";
import { ProcessError } from "../errors.js";
import { exitCode, exitCodeOf } from "./exit-code.js";
import type { OnExit } from "./on-exit.js";
import type { Terminal } from "./terminal.js";

/** How commander has a command parse its words; its public methods have no place where something could be put around that. */
interface Parser {
  _parseCommand(operands: string[], unknown: string[]): unknown;
}

const { _parseCommand: parseCommand } = Command.prototype as unknown as Parser;

/**
 * A command in a program that is not ours. Whatever comes of it is told, and goes into an exit code: it never ends the program, as
 * commander does after wrong use and after help, and never rejects.
 */
export class HostCommand extends Command implements Parser {
  readonly #terminal: Terminal;
  readonly #onExit: OnExit;
  #isParsing = false;
  #hasHelped = false;

  constructor(name: string, terminal: Terminal, onExit: OnExit) {
    super(name);
    this.#terminal = terminal;
    this.#onExit = onExit;
    this.exitOverride();
    this.configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    });
  }

  /** Called by the program above, which may use a commander of its own. */
  _parseCommand(operands: string[], unknown: string[]): unknown {
    if (this.#hasHelped) {
      this.#hasHelped = false;
      return undefined;
    }
    this.#isParsing = true;
    try {
      const parsing = parseCommand.call(this, operands, unknown);
      return parsing instanceof Promise ? parsing.catch((reason: unknown) => this.#settle(reason)) : parsing;
    } catch (reason) {
      return this.#settle(reason);
    } finally {
      this.#isParsing = false;
    }
  }

  /** `host help ps` asks for it from above, and takes a return for a reason to ask with `--help` as well. */
  override help(context?: HelpContext): never;
  override help(change: (text: string) => string): never;
  override help(how?: HelpContext | ((text: string) => string)): never {
    const context = how as HelpContext;
    if (this.#isParsing) return super.help(context);
    this.outputHelp(context);
    this.#hasHelped = true;
    return undefined as never;
  }

  #settle(reason: unknown): void {
    if (reason instanceof CommanderError) return this.#onExit(reason.exitCode === 0 ? exitCode.done : exitCode.usage);
    this.#terminal.fail(reason);
    this.#onExit(exitCodeOf(ProcessError.from(reason).code));
  }
}
