import { type ChildProcess, spawn } from "node:child_process";
import type { Identity } from "../identity.js";
import { guardianArguments, guardianEnvironment } from "./guardian-script.js";

/** A guardian that lived shorter than this is not replaced at once: something keeps ending it. */
const shortLifeMs = 1000;
const replaceDelayMs = 1000;

/**
 * Ends the host-bound trees of this host when the host itself ends in any way, SIGKILL included: a shell outside the
 * host, started with the first of them, that sees its standard input end. A guardian that ends is replaced.
 */
export class Guardian {
  readonly #token: string;
  readonly #warn: (message: string) => void;
  readonly #wards = new Map<number, Identity>();
  #shell: ChildProcess | undefined;
  #startedMs = Number.NEGATIVE_INFINITY;
  #isReplacing = false;
  #hasWarned = false;

  /** @param token what every DROVER_ID of the wards begins with */
  constructor(token: string, warn: (message: string) => void) {
    this.#token = token;
    this.#warn = warn;
  }

  /** PID of the guardian; undefined while there is nobody to guard. */
  get pid(): number | undefined {
    return this.#shell?.pid;
  }

  /** Before a spawn: from now on the end of the host is noticed, also between the spawn and `add`. */
  ensure(): void {
    if (this.#shell === undefined && !this.#isReplacing) this.#start();
  }

  /** Puts a process under guard; the returned function takes it out again. */
  add(ward: Identity): () => void {
    this.#wards.set(ward.pid, ward);
    this.#order("+", ward);
    return () => {
      if (this.#wards.get(ward.pid) !== ward) return;
      this.#wards.delete(ward.pid);
      this.#order("-", ward);
    };
  }

  /** Dismisses the guardian while it has no wards; nothing is ended. Resolves when it is gone. */
  async close(): Promise<void> {
    const shell = this.#shell;
    if (shell === undefined || this.#wards.size > 0) return;
    this.#shell = undefined;
    const gone = new Promise<void>((resolve) => shell.once("exit", () => resolve()));
    shell.ref();
    shell.stdin?.end("quit\n");
    await gone;
  }

  #start(): void {
    this.#startedMs = performance.now();
    const shell = this.#spawnShell();
    if (shell === undefined) return;
    this.#shell = shell;
    shell.once("exit", () => {
      if (this.#shell === shell) this.#replace();
    });
    shell.unref();
    shell.stdin?.on("error", () => undefined);
    // The pipe to it must not keep the host alive; the type of a child's stdin does not say that it is a socket.
    (shell.stdin as (ChildProcess["stdin"] & { unref?: () => void }) | null)?.unref?.();
    for (const ward of this.#wards.values()) this.#order("+", ward);
  }

  /** Undefined when it cannot be: the next spawn tries again. */
  #spawnShell(): ChildProcess | undefined {
    try {
      // Its own session: a Ctrl-C at the terminal must not end it. Nothing of the host's environment: it is no ward.
      const shell = spawn("/bin/sh", guardianArguments(this.#token), {
        detached: true,
        stdio: ["pipe", "ignore", "ignore"],
        env: guardianEnvironment,
        cwd: "/",
      });
      // Node gives a child without PID or streams when descriptors run out, and tells the error in the next turn.
      shell.once("error", (error) => this.#fail(error));
      return shell.pid === undefined ? undefined : shell;
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #replace(): void {
    this.#shell = undefined;
    if (this.#wards.size === 0) return;
    if (performance.now() - this.#startedMs > shortLifeMs) return this.#start();
    this.#isReplacing = true;
    setTimeout(() => {
      this.#isReplacing = false;
      if (this.#wards.size > 0) this.ensure();
    }, replaceDelayMs).unref();
  }

  #fail(error: unknown): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.#warn(`no guardian could be started (${reason}): processes may outlive this program if it is killed`);
  }

  #order(sign: "+" | "-", { pid, startTicks }: Identity): void {
    this.#shell?.stdin?.write(`${sign} ${pid} ${startTicks}\n`);
  }
}
