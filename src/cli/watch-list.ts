import { setTimeout } from "node:timers/promises";
import type { Client } from "../api/client.js";
import { ProcessError } from "../errors.js";
import { Bell } from "./bell.js";
import { exitCode } from "./exit-code.js";
import { type ListView, listViewOf } from "./list-view.js";
import { selectProcesses, type Wanted } from "./select-processes.js";
import type { Terminal } from "./terminal.js";

/** More often nobody can read it. */
const shortestMs = 250;
/** Uptime and resources change without an event. */
const longestMs = 2000;
const retryMs = 500;

/** Shows processes anew at every change until Ctrl-C, across restarts of the manager; gives the exit code. */
export async function watchList(
  client: Client,
  wanted: Wanted,
  { json }: { readonly json: boolean },
  terminal: Terminal,
): Promise<number> {
  const watch = new ListWatch(client, wanted, listViewOf(json, terminal));
  terminal.onInterrupt(() => watch.end());
  void terminal.closed.then(() => watch.end());
  await watch.run();
  return exitCode.done;
}

class ListWatch {
  readonly #client: Client;
  readonly #wanted: Wanted;
  readonly #view: ListView;
  readonly #ending = new AbortController();
  readonly #bell = new Bell();
  #isConnected = true;

  constructor(client: Client, wanted: Wanted, view: ListView) {
    this.#client = client;
    this.#wanted = wanted;
    this.#view = view;
  }

  end(): void {
    this.#ending.abort();
    this.#bell.ring();
  }

  /** Rejects when there is no manager to begin with. */
  async run(): Promise<void> {
    await this.#show().catch((reason: unknown) => {
      if (!this.#hasEnded) throw reason;
    });
    await Promise.all([this.#listen().finally(() => this.end()), this.#redraw().finally(() => this.end())]);
  }

  get #hasEnded(): boolean {
    return this.#ending.signal.aborted;
  }

  async #show(): Promise<void> {
    this.#view.show(selectProcesses(await this.#client.list({ cancelSignal: this.#ending.signal }), this.#wanted));
  }

  async #redraw(): Promise<void> {
    while (!this.#hasEnded) {
      await setTimeout(shortestMs);
      await this.#bell.wait(longestMs - shortestMs);
      if (this.#isConnected && !this.#hasEnded) await this.#show().catch(forgiveAbsence);
    }
  }

  /** Connects again as often as it takes, and says so. */
  async #listen(): Promise<void> {
    while (!this.#hasEnded) {
      await this.#readEvents().catch(forgiveAbsence);
      if (this.#hasEnded) return;
      if (this.#isConnected) this.#view.tell("the manager has gone; waiting for the next one");
      this.#isConnected = false;
      await setTimeout(retryMs);
    }
  }

  async #readEvents(): Promise<void> {
    for await (const _event of this.#client.followEvents({ cancelSignal: this.#ending.signal })) {
      if (!this.#isConnected) this.#view.tell("connected to a manager again");
      this.#isConnected = true;
      this.#bell.ring();
    }
  }
}

/** A manager that has gone may come back; being told to end is no failure. */
function forgiveAbsence(reason: unknown): void {
  const { code } = ProcessError.from(reason);
  if (code !== "UNREACHABLE" && code !== "ABORTED") throw reason;
}
