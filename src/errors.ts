/**
 * Every way drover can fail, by a stable name. `docs/errors.md` explains each one.
 */
export const errorCodes = [
  "INVALID_TEMPLATE",
  "TEMPLATE_NOT_FOUND",
  "PROCESS_NOT_FOUND",
  "NAME_TAKEN",
  "ILLEGAL_STATE",
  "SPAWN_FAILED",
  "NO_SUCH_PID",
  "NOT_SAME_PROCESS",
  "NOT_PERMITTED",
  "START_TIMEOUT",
  "STOP_INCOMPLETE",
  "DEPENDENCY_CYCLE",
  "DEPENDENCY_FAILED",
  "ENV_UNRESOLVED",
  "STATE_DIR_LOCKED",
  "MANAGER_CLOSED",
  "UNSUPPORTED",
  "BAD_REQUEST",
  "UNAUTHORIZED",
  "UNREACHABLE",
  "ABORTED",
  "INTERNAL",
] as const;

/** The stable name of a failure; programs compare this, never the text. */
export type ErrorCode = (typeof errorCodes)[number];

/**
 * The only error class drover throws. The message says what was wrong, where, what was expected and what to do.
 */
export class ProcessError extends Error {
  override readonly name = "ProcessError";
  /** Stable name of the failure. */
  readonly code: ErrorCode;
  /** Name of the managed process concerned, when there is one. */
  readonly process: string | undefined;

  constructor(code: ErrorCode, message: string, options: { process?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.process = options.process;
  }

  /** Any thrown value as a ProcessError: ours pass through, others become INTERNAL with the original as cause. */
  static from(reason: unknown): ProcessError {
    if (reason instanceof ProcessError) return reason;
    const message = reason instanceof Error ? reason.message : String(reason);
    return new ProcessError("INTERNAL", message, { cause: reason });
  }
}
