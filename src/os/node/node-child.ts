import type { ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { exitOf } from "../exit.js";
import type { Child } from "../os.js";
import { AttachedProcess, type Holding } from "./attached-process.js";

/** A child of this host. libuv tells its end, and until then its PID is pinned: only we can reap it, wait(2). */
export class NodeChild extends AttachedProcess implements Child {
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, holding: Holding) {
    super(holding);
    this.#child = child;
    this.stdin = child.stdin ?? undefined;
    this.stdout = child.stdout ?? undefined;
    this.stderr = child.stderr ?? undefined;
    // Never `close`: it waits for every grandchild that inherited a pipe, nodejs/node child_process docs.
    if (this.#hasExited()) this.end(exitOf(child.exitCode, child.signalCode, new Date()));
    else child.once("exit", (code, signal) => this.end(exitOf(code, signal, new Date())));
  }

  override unref(): void {
    this.#child.unref();
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) {
      // They are sockets, which their type does not say.
      (stream as { unref?: () => void } | null)?.unref?.();
    }
  }

  protected override isHeld(): boolean {
    return !this.#hasExited();
  }

  /** A zombie child is about to be reaped by libuv, which then knows the true exit status. */
  protected override noticeEnd(): void {
    return undefined;
  }

  #hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
