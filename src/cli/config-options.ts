import { resolve } from "node:path";
import { describeValue } from "../template/complaint.js";
import type { Problem } from "../template/problem.js";
import { didYouMean } from "../template/suggestion.js";
import { parseDuration } from "../units/duration.js";
import { type LogFormat, logFormats } from "./terminal-logger.js";

/** What a configuration file may say beside its templates: options of `drover up` and of the manager, by their names. */
export interface ConfigOptions {
  /** Absolute, as all paths here. */
  readonly templateDir?: string;
  readonly stateDir?: string;
  readonly tokenFile?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly listen?: string;
  readonly listenPublic?: boolean;
  readonly dev?: boolean;
  readonly watchTemplates?: boolean;
  readonly statusPeriod?: string;
  readonly logs?: boolean;
  readonly logPrefix?: boolean;
  readonly timestamps?: boolean;
  readonly logFormat?: LogFormat;
  readonly verbose?: boolean;
}

interface Field {
  readonly expected: string;
  /** The value; undefined when it is another kind of thing. */
  readonly read: (value: unknown, directory: string) => unknown;
}

const text: Field = { expected: "a text", read: textOf };
const flag: Field = { expected: "true or false", read: (value) => (typeof value === "boolean" ? value : undefined) };
const path: Field = {
  expected: "a path",
  read: (value, directory) => {
    const given = textOf(value);
    return given === undefined ? undefined : resolve(directory, given);
  },
};

/** As the manager has it. */
const shortestStatusPeriodMs = 10;

const fields: Readonly<Record<keyof ConfigOptions, Field>> = {
  templateDir: path,
  stateDir: path,
  tokenFile: path,
  env: { expected: "an object of texts", read: (value) => (isTextRecord(value) ? value : undefined) },
  listen: text,
  listenPublic: flag,
  dev: flag,
  watchTemplates: flag,
  statusPeriod: {
    expected: "a duration of at least 10ms",
    read: (value) => ((parseDuration(textOf(value) ?? "") ?? 0) < shortestStatusPeriodMs ? undefined : value),
  },
  logs: flag,
  logPrefix: flag,
  timestamps: flag,
  logFormat: {
    expected: `one of ${logFormats.join(", ")}`,
    read: (value) => logFormats.find((format) => format === value),
  },
  verbose: flag,
};

/** The options in a configuration whose file stands in a directory, and everything wrong with them. */
export function readConfigOptions(
  config: Readonly<Record<string, unknown>>,
  directory: string,
): { readonly options: ConfigOptions; readonly problems: readonly Problem[] } {
  const options: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(config)) {
    if (name === "templates") continue;
    if (!isField(name)) {
      const fix =
        didYouMean(name, [...Object.keys(fields), "templates"]) ?? `known are ${Object.keys(fields).join(", ")}`;
      problems.push({ path: [name], at: "key", message: "unknown option", fix });
      continue;
    }
    const { expected, read } = fields[name];
    options[name] = read(value, directory);
    if (options[name] !== undefined) continue;
    problems.push({ path: [name], at: "value", message: `is ${describeValue(value)}`, expected });
  }
  return { options, problems };
}

function isField(name: string): name is keyof ConfigOptions {
  return Object.hasOwn(fields, name);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && !value.includes("\0") ? value : undefined;
}

function isTextRecord(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((each) => typeof each === "string");
}
