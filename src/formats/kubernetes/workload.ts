import type { Exporting } from "../export-rule.js";

/** The parts of an object of Kubernetes in the making. */
export interface Workload {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  /** What is said of the pod beside its container. */
  readonly pod: Record<string, unknown>;
  readonly container: Record<string, unknown>;
  /** What is said of a job, also of those of a CronJob. */
  readonly job: Record<string, unknown>;
  /** What is said of a Deployment, a Job or a CronJob itself. */
  readonly controller: Record<string, unknown>;
}

export type PutWorkload = Exporting<Workload>;

/** Sets what there is a value for. */
export function set(target: Record<string, unknown>, key: string, value: unknown): undefined {
  if (value !== undefined) target[key] = value;
}
