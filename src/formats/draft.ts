import type { Complaint } from "../template/complaint.js";
import type { PathPart, Problem } from "../template/problem.js";

/** A template in the making, as its file would have it, that knows where in the foreign file each part came from. */
export class Draft {
  readonly json: Record<string, unknown> = {};
  readonly problems: Problem[] = [];
  readonly #origins: { readonly to: readonly string[]; readonly from: readonly PathPart[] }[] = [];

  /** Sets a field, such as `restart.backoff.initial`, to a value that came from a place of the foreign file. */
  set(field: string, value: unknown, from: readonly PathPart[]): void {
    const to = field.split(".");
    const last = to.at(-1) ?? "";
    let target = this.json;
    for (const part of to.slice(0, -1)) {
      target[part] ??= {};
      target = target[part] as Record<string, unknown>;
    }
    target[last] = value;
    this.#origins.push({ to, from });
  }

  get(field: string): unknown {
    let value: unknown = this.json;
    for (const part of field.split(".")) value = (value as Record<string, unknown> | undefined)?.[part];
    return value;
  }

  has(field: string): boolean {
    return this.get(field) !== undefined;
  }

  drop(field: "readiness" | "liveness" | "watch" | "schedule" | "limits"): void {
    delete this.json[field];
  }

  complain(path: readonly PathPart[], complaint: Complaint, at: Problem["at"] = "value"): void {
    this.problems.push({ path, at, ...complaint });
  }

  /** A problem of the template, at the place in the foreign file that caused it. */
  locate(problem: Problem, entry: readonly PathPart[]): Problem {
    const [first, ...rest] = problem.path;
    // No template field is called so: it is a place of the foreign file already.
    if (first === "") return { ...problem, path: rest };
    let best: { readonly length: number; readonly from: readonly PathPart[] } = { length: 0, from: entry };
    for (const { to, from } of this.#origins) {
      const isPrefix = to.every((part, index) => problem.path[index] === part);
      if (isPrefix && to.length >= best.length) best = { length: to.length, from };
    }
    return { ...problem, path: [...best.from, ...(best.length === 0 ? [] : problem.path.slice(best.length))] };
  }
}
