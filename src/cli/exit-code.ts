import type { ErrorCode } from "../errors.js";

/** Exit codes of every command. */
export const exitCode = { done: 0, failed: 1, usage: 2, notRunning: 3, noManager: 4 } as const;

/** The exit code for an error that ended a command. */
const codes: Partial<Record<ErrorCode, number>> = {
  INVALID_TEMPLATE: exitCode.usage,
  TEMPLATE_NOT_FOUND: exitCode.usage,
  PROCESS_NOT_FOUND: exitCode.notRunning,
  NO_SUCH_PID: exitCode.notRunning,
  BAD_REQUEST: exitCode.usage,
  UNREACHABLE: exitCode.noManager,
};

export function exitCodeOf(code: ErrorCode): number {
  return codes[code] ?? exitCode.failed;
}
