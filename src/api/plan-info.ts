import type { PlanAction } from "../manager/reload-plan.js";
import type { ErrorReport } from "./error-body.js";

/** What a reload does, or would do, about one process. */
export interface PlanItemInfo {
  readonly name: string;
  readonly action: PlanAction;
  /** The fields that differ; `removed` for a template that is gone. */
  readonly changes: readonly string[];
  /** Why it could not be done; null when it was, and in a plan. */
  readonly error: ErrorReport | null;
}

/** What a reload does, or would do. */
export interface PlanInfo {
  readonly items: readonly PlanItemInfo[];
  /** What is wrong with template files; they keep the templates they had. */
  readonly errors: readonly string[];
}
