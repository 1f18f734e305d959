import { RE2JS } from "re2js";
import type { LineFilter, LogStream } from "../logs/log-line.js";
import { durationForms, parseDuration } from "../units/duration.js";
import { badRequest } from "./decode-request.js";

/** Which lines of a log somebody wants. */
export interface LogRequest {
  /** How many of the last lines of each process come first. */
  readonly lines: number;
  readonly filter: LineFilter;
}

/** The same as the schema has it, each field of its kind. */
export interface LogQuery {
  readonly lines?: number | undefined;
  readonly stream?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly grep?: string | undefined;
}

/** @throws ProcessError BAD_REQUEST */
export function readLogRequest({ lines = 0, stream, since, until, grep }: LogQuery, nowMs: number): LogRequest {
  const filter: LineFilter = {
    stream: stream as LogStream | undefined,
    since: readMoment(since, "since", nowMs),
    until: readMoment(until, "until", nowMs),
    grep: readGrep(grep),
  };
  return { lines, filter };
}

/** A time of day, or how long ago it was. */
function readMoment(text: string | undefined, name: string, nowMs: number): Date | undefined {
  if (text === undefined) return undefined;
  const agoMs = parseDuration(text);
  // Other texts that Date understands mean something else on every machine.
  const atMs = agoMs === undefined && /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : nowMs - (agoMs ?? Number.NaN);
  if (!Number.isNaN(atMs)) return new Date(atMs);
  const expected = `expected ${durationForms}, for how long ago, or a time such as 2026-01-31T12:00:00Z`;
  throw badRequest(`${name}: ${JSON.stringify(text)} is no time; ${expected}`);
}

/** Characters of an expression, and steps it is compiled to: `a{900}` has 900, and a character of a line may take as many. */
const longestGrep = 500;
const largestGrep = 1000;

/**
 * In the syntax of RE2: a regular expression of JavaScript could be written so that one line takes for ever, and nothing else
 * would happen in this program meanwhile.
 */
function readGrep(text: string | undefined): RE2JS | undefined {
  if (text === undefined || text === "") return undefined;
  if (text.length > longestGrep) throw badRequest(`grep: is longer than ${longestGrep} characters`);
  const grep = compile(text);
  if (grep.programSize() <= largestGrep) return grep;
  throw badRequest(`grep: ${JSON.stringify(text)} is too large: what is repeated counts as often as {} says`);
}

function compile(text: string): RE2JS {
  try {
    return RE2JS.compile(text);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw badRequest(`grep: ${JSON.stringify(text)} is no regular expression in the syntax of RE2: ${cause}`);
  }
}
