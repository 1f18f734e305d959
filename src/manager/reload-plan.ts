import { isDeepStrictEqual } from "node:util";
import type { ProcessTemplate } from "../template/process-template.js";

/**
 * What a reload does about one process:
 * - `create`: its template is new; it is started if that says so;
 * - `restart`: it runs, and what has changed only comes into force in a new run;
 * - `update`: what has changed comes into force without touching what runs;
 * - `stop`: its template is gone or disabled;
 * - `unchanged`: nothing.
 */
export type PlanAction = "create" | "restart" | "update" | "stop" | "unchanged";

export interface PlanItem {
  readonly name: string;
  readonly action: PlanAction;
  /** The fields that differ, by their name in the template; `removed` for a template that is gone. */
  readonly changes: readonly string[];
}

/** Fields a running process was started with: others of them need another run. */
const startFields: ReadonlySet<keyof ProcessTemplate> = new Set([
  "program",
  "args",
  "cwd",
  "env",
  "envFiles",
  "inheritEnv",
  "requiredEnv",
  "missingEnv",
  "runAs",
  "detach",
  "affinity",
  "nice",
  "pidFile",
]);

export interface ReloadRequest {
  /** Templates of the processes there are, by their names. */
  readonly present: ReadonlyMap<string, ProcessTemplate>;
  /** Those that were read anew. */
  readonly next: ReadonlyMap<string, ProcessTemplate>;
  /** Names of the processes that should run, and do or try to. */
  readonly up: ReadonlySet<string>;
}

/** Compares the templates of the processes there are with those that were read anew, in the order of the latter. */
export function planReload({ present, next, up }: ReloadRequest): readonly PlanItem[] {
  const removed = [...present.keys()].filter((name) => !next.has(name));
  return [
    ...[...next].map(([name, template]) => compare(name, present.get(name), template, up.has(name))),
    ...removed.map((name): PlanItem => ({ name, action: "stop", changes: ["removed"] })),
  ];
}

function compare(name: string, before: ProcessTemplate | undefined, after: ProcessTemplate, isUp: boolean): PlanItem {
  if (before === undefined) return { name, action: "create", changes: [] };
  const changed = changedFields(before, after);
  const changes = changed.flatMap((field) => namesInTemplate(field, before, after));
  if (changed.length === 0) return { name, action: "unchanged", changes };
  if (before.enabled && !after.enabled) return { name, action: "stop", changes };
  const needsRun =
    changed.some((field) => startFields.has(field)) ||
    hasOtherOutput(before, after) ||
    socketOf(before) !== socketOf(after);
  return { name, action: needsRun && isUp ? "restart" : "update", changes };
}

function changedFields(before: ProcessTemplate, after: ProcessTemplate): readonly (keyof ProcessTemplate)[] {
  const fields = Object.keys(after) as readonly (keyof ProcessTemplate)[];
  return fields.filter((field) => !isDeepStrictEqual(before[field], after[field]));
}

/** The program is one value of several fields of a template. */
function namesInTemplate(
  field: keyof ProcessTemplate,
  before: ProcessTemplate,
  after: ProcessTemplate,
): readonly string[] {
  if (field === "startTimeoutMs") return ["startTimeout"];
  if (field !== "program") return [field];
  const one: Readonly<Record<string, unknown>> = { ...before.program };
  const other: Readonly<Record<string, unknown>> = { ...after.program };
  return Object.keys({ ...one, ...other }).filter((part) => part !== "kind" && one[part] !== other[part]);
}

/** Where it was told to listen, in the variable SOCKET_PATH. */
function socketOf({ readiness, liveness }: ProcessTemplate): string | undefined {
  const check = [readiness?.check, liveness?.check].find((candidate) => candidate?.kind === "unix");
  return check?.path;
}

function hasOtherOutput({ logs: before }: ProcessTemplate, { logs: after }: ProcessTemplate): boolean {
  return before.stdout !== after.stdout || before.stderr !== after.stderr || before.mode !== after.mode;
}
