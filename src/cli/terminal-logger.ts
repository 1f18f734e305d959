import type { Logger } from "../manager/logger.js";
import { maskText } from "../template/mask-secrets.js";
import type { Terminal } from "./terminal.js";

/** `plain` is for people who look on; `full` is for files: `[2026-01-31T12:00:00.000Z] info: [web] STDOUT: text`. */
export type LogFormat = "plain" | "full";

export const logFormats: readonly LogFormat[] = ["plain", "full"];

export interface LoggerOptions {
  /** Whether what these fields belong to is told in another way already. @default nothing is */
  readonly isTold?: (fields: object) => boolean;
  /** @default "plain" */
  readonly format?: LogFormat | undefined;
}

const styles = { warning: "yellow", error: "red" } as const;

/** What a manager has to tell, and what processes write whose output is echoed, on the side of errors and progress. */
export function terminalLogger(
  terminal: Terminal,
  { isTold = () => false, format = "plain" }: LoggerOptions = {},
): Logger {
  const write = (level: "info" | "warning" | "error", fields: object, text: string): void => {
    // What a process has written is told as it was.
    const message = "stream" in fields ? text : maskText(text);
    if (format === "full") return terminal.err(`[${new Date().toISOString()}] ${level}: ${sourceOf(fields)}${message}`);
    if ("stream" in fields) return terminal.err(`${nameOf(fields)} | ${message}`);
    terminal.err(level === "info" ? message : `${terminal.style(styles[level], `${level}:`)} ${message}`);
  };
  return {
    debug: () => undefined,
    info: (fields, message) => {
      if (!("process" in fields && isTold(fields))) write("info", fields, message);
    },
    warn: (fields, message) => {
      if (!("stream" in fields && isTold(fields))) write("warning", fields, message);
    },
    error: (fields, message) => {
      if (!("stream" in fields && isTold(fields))) write("error", fields, message);
    },
  };
}

/** Whose line it is, and of which stream; what the manager says names its process itself. */
function sourceOf(fields: object): string {
  return "stream" in fields ? `[${nameOf(fields)}] ${String(fields.stream).toUpperCase()}: ` : "";
}

function nameOf(fields: object): string {
  return "process" in fields ? String(fields.process) : "";
}
