import type { PathPart } from "../../template/problem.js";
import { isObject } from "../../template/validate.js";
import type { Entries, Entry, Format } from "../format.js";
import { readData } from "../read-data.js";
import { pm2Fields } from "./fields.js";
import { completeProgram } from "./program.js";

/** Ecosystem files of PM2. */
export const pm2: Format = {
  name: "pm2",
  title: "PM2",
  files: "ecosystem.json, .json5, .yaml; ecosystem.config.js, .cjs, .mjs with --allow-js",
  relativeTo: "file",
  fileName: /^(ecosystem|pm2)\b.*\.(json5?|ya?ml)$/,
  read: readData,
  detect,
  entries: listEntries,
  constants: [
    { to: "runOnStartup", value: true, why: "all apps are started" },
    { to: "restart.mode", value: "ALWAYS", why: "an app that ends is restarted, whatever its exit code" },
    { to: "restart.backoff.multiplier", value: 1, why: "the delay is always the same, unless it is exponential" },
    { to: "stop.signal", value: "SIGINT", why: "the signal PM2 stops with" },
  ],
  rules: pm2Fields(),
  documentRules: [
    { field: "name", outcome: "mapped", note: "" },
    { field: "deploy", outcome: "dropped", note: "drover deploys nothing, and takes no variables from here" },
    { field: "static", outcome: "dropped", note: "drover serves no files: write a process that does" },
  ],
  environments: listEnvironments,
  spell: spellAsField,
  finish: completeProgram,
};

const ownKeys = ["exec_mode", "instances", "max_memory_restart", "env_production", "ignore_watch", "exec_interpreter"];

function detect(value: unknown): boolean {
  if (isObject(value) && ("apps" in value || Array.isArray(value["pm2"]))) return true;
  const apps = Array.isArray(value) ? value : [value];
  return apps.some((app) => isObject(app) && "script" in app && !("id" in app) && (hasOwn(app) || "name" in app));
}

const hasOwn = (app: Record<string, unknown>): boolean => ownKeys.some((key) => key in app);

function listEntries(value: unknown): Entries {
  const whole = isObject(value) ? ["apps", "pm2", "static"].find((key) => key in value) : undefined;
  if (whole === undefined || !isObject(value)) return { entries: listApps(value, []) };
  const others = Object.keys(value).filter((key) => key !== whole || key === "static");
  return { entries: whole === "static" ? [] : listApps(value[whole], [whole]), others: others.map((key) => [key]) };
}

function listApps(apps: unknown, inside: readonly PathPart[]): readonly Entry[] {
  if (!Array.isArray(apps)) return [{ path: inside, value: withNumbers(apps) }];
  return apps.map((app: unknown, index) => ({ path: [...inside, index], value: withNumbers(app) }));
}

const numbers = ["max_restarts", "restart_delay", "exp_backoff_restart_delay", "watch_delay"];

/** PM2 takes a number that is written as a text. */
function withNumbers(app: unknown): unknown {
  if (!isObject(app)) return app;
  const isNumber = (key: string, value: unknown): boolean =>
    numbers.includes(spellAsField(key)) && typeof value === "string" && /^\d+$/.test(value);
  const fields = Object.entries(app).map(([key, value]) => [key, isNumber(key, value) ? Number(value) : value]);
  return Object.fromEntries(fields) as unknown;
}

/** Of a field that is written as `maxRestarts`, the name it has in the documentation. */
function spellAsField(key: string): string {
  return key.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function listEnvironments(value: unknown): readonly string[] {
  const apps = listEntries(value).entries.map((entry) => entry.value);
  const keys = apps.filter(isObject).flatMap((app) => Object.keys(app));
  return [...new Set(keys.flatMap((key) => /^env_(?!file$)(.+)$/.exec(key)?.[1] ?? []))];
}
