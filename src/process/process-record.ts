import type { Exit } from "../os/exit.js";
import type { Identity } from "../os/identity.js";
import { decode } from "../template/decode.js";
import { toJson } from "../template/encode.js";
import type { ProcessTemplate } from "../template/process-template.js";
import { withoutSecrets } from "../template/secrets.js";
import type { Desired } from "./process-status.js";

/** What a manager writes down of a process, for the next one. */
export interface ProcessRecord {
  readonly name: string;
  /** Whether it ends with its host, outlives it, or was never ours. */
  readonly kind: "bound" | "detached" | "attached";
  readonly desired: Desired;
  /** The present run; undefined while nothing runs. */
  readonly run: RecordedRun | undefined;
  /** DROVER_ID of an ended run that may have left something behind. */
  readonly lastRunId: string | undefined;
  /** How the last run ended; undefined while it runs and before the first. */
  readonly exit: Pick<Exit, "code" | "signal" | "cause"> | undefined;
  readonly restarts: number;
  /** With references in the place of secret values. */
  readonly template: ProcessTemplate;
}

export interface RecordedRun {
  readonly identity: Identity;
  /** Its DROVER_ID; undefined for an attached process. */
  readonly runId: string | undefined;
}

/** Of records; one of another version is not read. */
const version = 1;

/** The text of a record. */
export function encodeRecord(record: ProcessRecord): string {
  const { template, ...fields } = record;
  const shown = { ...template, env: withoutSecrets(template.env) };
  return `${JSON.stringify({ version, ...fields, template: toJson(shown) }, undefined, 2)}\n`;
}

/** The record in a text, or what is wrong with it. */
export function decodeRecord(text: string): ProcessRecord | { readonly problem: string } {
  const fields = parseObject(text);
  if (fields === undefined) return { problem: "it is not a JSON object; it may have been cut off" };
  if (fields["version"] !== version) return { problem: `it has version ${String(fields["version"])}, not ${version}` };
  const template = decodeTemplate(fields);
  if (template === undefined) return { problem: "its template is not valid" };
  const { kind, desired, run, lastRunId, exit, restarts } = fields;
  if (!isKind(kind) || !isDesired(desired)) return { problem: "its kind or desired state is none we know" };
  if (run !== undefined && !isRun(run)) return { problem: "its run has no identity" };
  const { name } = template;
  const count = typeof restarts === "number" ? restarts : 0;
  const lastId = typeof lastRunId === "string" ? lastRunId : undefined;
  return {
    name,
    kind,
    desired,
    run,
    lastRunId: lastId,
    exit: exit as ProcessRecord["exit"],
    restarts: count,
    template,
  };
}

function decodeTemplate({ name, template }: Record<string, unknown>): ProcessTemplate | undefined {
  const content = Buffer.from(JSON.stringify(template ?? null));
  const [decoded] = decode(content, "json", { cwd: "/", hostCwd: "/" }).templates;
  return decoded?.template.name === name ? decoded?.template : undefined;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isKind(value: unknown): value is ProcessRecord["kind"] {
  return value === "bound" || value === "detached" || value === "attached";
}

function isDesired(value: unknown): value is Desired {
  return value === "up" || value === "down";
}

function isRun(value: unknown): value is RecordedRun {
  const { identity, runId } = (value ?? {}) as { identity?: Partial<Identity>; runId?: unknown };
  const hasNumbers = Number.isSafeInteger(identity?.pid) && Number.isSafeInteger(identity?.startTicks);
  const hasTexts = typeof identity?.bootId === "string" && typeof identity.pidNamespace === "string";
  return hasNumbers && hasTexts && (runId === undefined || typeof runId === "string");
}
