import { ProcessError } from "../errors.js";
import { didYouMean } from "../template/suggestion.js";
import { durationMs } from "../units/duration.js";
import type { ProcessManagerOptions } from "./process-manager.js";

/** What each option must be, in words, and whether it is. */
const options = {
  templateDir: { expected: "a path", holds: isText },
  stateDir: { expected: "a path", holds: isText },
  env: { expected: "an object of texts", holds: isTextRecord },
  logger: { expected: "an object with the methods debug, info, warn and error", holds: isLogger },
  statusPeriod: { expected: "a duration of at least 10ms", holds: isStatusPeriod },
  dev: { expected: "true or false", holds: (value: unknown) => typeof value === "boolean" },
  watchTemplates: { expected: "true or false", holds: (value: unknown) => typeof value === "boolean" },
  os: { expected: "an Os", holds: (value: unknown) => typeof value === "object" },
} as const satisfies Record<keyof ProcessManagerOptions, { expected: string; holds: (value: unknown) => boolean }>;

/** Looks closer than this would only cost. */
const shortestPeriodMs = 10;
/** Node's timers cannot wait longer. */
const longestPeriodMs = 0x7fffffff;

/**
 * Refuses options that are misspelt or of the wrong kind: ignored, they would be missed only in production.
 *
 * @throws ProcessError INVALID_TEMPLATE that names all of them
 */
export function checkManagerOptions(given: ProcessManagerOptions): void {
  const problems = Object.entries(given).flatMap(([name, value]) => problemOf(name, value));
  if (problems.length === 0) return;
  throw new ProcessError(
    "INVALID_TEMPLATE",
    `the options of createProcessManager are not valid:\n  ${problems.join("\n  ")}`,
  );
}

function problemOf(name: string, value: unknown): string[] {
  if (!isOption(name)) {
    const hint = didYouMean(name, Object.keys(options)) ?? `expected one of ${Object.keys(options).join(", ")}`;
    return [`${name}: there is no such option; ${hint}`];
  }
  const { expected, holds } = options[name];
  return value === undefined || holds(value) ? [] : [`${name}: expected ${expected}`];
}

function isOption(name: string): name is keyof typeof options {
  return Object.hasOwn(options, name);
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "" && !value.includes("\0");
}

function isTextRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every((text) => typeof text === "string");
}

function isLogger(value: unknown): boolean {
  const methods = (value ?? {}) as Record<string, unknown>;
  return ["debug", "info", "warn", "error"].every((method) => typeof methods[method] === "function");
}

function isStatusPeriod(value: unknown): boolean {
  if (typeof value !== "number" && typeof value !== "string") return false;
  try {
    const periodMs = durationMs(value, "statusPeriod");
    return periodMs >= shortestPeriodMs && periodMs <= longestPeriodMs;
  } catch {
    return false;
  }
}
