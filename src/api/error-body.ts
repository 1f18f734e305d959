import type { ErrorCode, ProcessError } from "../errors.js";
import { maskText } from "../template/mask-secrets.js";

/** An error as the API tells it. */
export interface ErrorReport {
  readonly code: ErrorCode;
  /** What was wrong, where, what was expected and what to do; several lines when several things are wrong. */
  readonly message: string;
  /** The process concerned; empty when there is none. */
  readonly process: string;
}

/** The body of every answer that is an error. */
export interface ErrorBody {
  readonly error: ErrorReport;
}

/** An error as the API tells it, without secrets. */
export function reportError({ code, message, process }: ProcessError): ErrorReport {
  return { code, message: maskText(message), process: process ?? "" };
}
