import type { EchoedLine } from "../supervise/behaviour.js";

/** A pino-compatible logger: a pino instance is one. */
export interface Logger extends LoggerMethods {
  /** Makes a logger for one process, whose output is echoed: `bindings` are `{ process }`. Without it the fields tell. */
  child?(bindings: object): LoggerMethods;
}

/** The four methods of a logger drover uses. */
export interface LoggerMethods {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Tells warnings and errors as one line each; the rest is not told. */
export function warningLogger(warn: (message: string) => void): Logger {
  const tell = (_fields: object, message: string): void => warn(message);
  return { debug: () => undefined, info: () => undefined, warn: tell, error: tell };
}

const methods = { DEBUG: "debug", INFO: "info", WARN: "warn", ERROR: "error" } as const;

/** Hands lines of processes to a logger, each process to a child of its own where there is such a thing. */
export function lineLogger(logger: Logger): (line: EchoedLine) => void {
  const children = new Map<string, LoggerMethods>();
  const childFor = (process: string): LoggerMethods => {
    const child = children.get(process) ?? logger.child?.({ process }) ?? logger;
    children.set(process, child);
    return child;
  };
  return ({ process, stream, level, line }) => {
    const child = childFor(process);
    child[methods[level]](child === logger ? { process, stream } : { stream }, line);
  };
}
