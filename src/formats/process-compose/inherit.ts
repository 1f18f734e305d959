import { describeValue, problemAt } from "../../template/complaint.js";
import type { Problem } from "../../template/problem.js";
import { isObject } from "../../template/validate.js";
import { scalarText } from "../kind.js";
import { mergeProcesses } from "./merge.js";

/** Characters that all processes together may inherit: a thousand times what usual ones do. */
const mostInherited = 16 * 1024 * 1024;

type Processes = Readonly<Record<string, unknown>>;

/** Processes with what they have from those that they `extends`; one that has nothing to extend is a problem, and left out. */
export interface Inherited {
  readonly members: Processes;
  readonly problems: readonly Problem[];
}

export function inheritProcesses(processes: Processes): Inherited {
  const heirs = new Heirs(processes);
  for (const name of Object.keys(processes)) heirs.add(name);
  const members = Object.keys(processes).flatMap((name) =>
    heirs.members.has(name) ? [[name, heirs.members.get(name)] as const] : [],
  );
  return { members: Object.fromEntries(members), problems: heirs.problems };
}

class Heirs {
  readonly members = new Map<string, unknown>();
  readonly problems: Problem[] = [];
  readonly #processes: Processes;
  readonly #failed = new Set<string>();
  #left = mostInherited;

  constructor(processes: Processes) {
    this.#processes = processes;
  }

  /** Adds a process after those that it inherits from. A chain may be longer than the stack is deep. */
  add(name: string): void {
    const chain = new Set<string>();
    for (let next: string | undefined = name; next !== undefined && !chain.has(next); next = this.#parentOf(next)) {
      if (this.members.has(next) || this.#failed.has(next) || !Object.hasOwn(this.#processes, next)) break;
      chain.add(next);
    }
    for (const each of [...chain].reverse()) this.#addAfterParent(each);
  }

  #addAfterParent(name: string): void {
    const process = this.#processes[name];
    const parent = this.#parentOf(name);
    if (parent === undefined) this.members.set(name, process);
    else if (!this.members.has(parent)) this.#complain(name, this.#faultOf(parent));
    else if (!this.#inherit(name, parent)) this.#complain(name, "inherits more than an import takes");
  }

  /** False when it is too much; those after it are not even measured, as that takes its time. */
  #inherit(name: string, parent: string): boolean {
    if (this.#left < 0) return false;
    const merged = mergeProcesses(this.members.get(parent), this.#processes[name]);
    this.#left -= JSON.stringify(merged).length;
    if (this.#left >= 0) this.members.set(name, merged);
    return this.#left >= 0;
  }

  #faultOf(parent: string): string {
    if (!Object.hasOwn(this.#processes, parent)) return `no process ${JSON.stringify(parent)} is there`;
    if (this.#failed.has(parent)) return `what it inherits from is wrong: ${parent}`;
    return "it inherits from itself";
  }

  #complain(name: string, message: string): void {
    this.#failed.add(name);
    this.problems.push(problemAt(["processes", name, "extends"], { message }));
  }

  #parentOf(name: string): string | undefined {
    const process = this.#processes[name];
    const parent = isObject(process) ? process["extends"] : undefined;
    return parent === undefined || parent === null || parent === ""
      ? undefined
      : (scalarText(parent) ?? describeValue(parent));
  }
}
