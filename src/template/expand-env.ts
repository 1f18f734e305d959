import { type EnvPart, type EnvReference, parseEnvValue } from "./env-reference.js";
import type { MissingEnv } from "./process-template.js";

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Expanded variables, and a sentence for each reference that has no value. */
export interface Expanded {
  readonly env: Record<string, string>;
  readonly missing: readonly string[];
}

/**
 * Expands `${VAR}`, `${VAR:-default}`, `${VAR:?message}` and `$$` in every value, from `base` alone: entries do not see each
 * other. With `:-` and `:?` an empty variable counts as missing; `:?` is missing whatever `missingEnv` says.
 */
export function expandEnv(env: Readonly<Record<string, string>>, base: Environment, missingEnv: MissingEnv): Expanded {
  const expanded: Record<string, string> = {};
  const missing: string[] = [];
  for (const [key, value] of Object.entries(env)) {
    const parsed = parseEnvValue(value);
    if ("message" in parsed) missing.push(`env.${key}: ${parsed.message}`);
    else expanded[key] = expandParts(parsed.parts, { key, base, missingEnv, missing });
  }
  return { env: expanded, missing };
}

interface Expansion {
  readonly key: string;
  readonly base: Environment;
  readonly missingEnv: MissingEnv;
  readonly missing: string[];
}

function expandParts(parts: readonly EnvPart[], expansion: Expansion): string {
  return parts.map((part) => expandPart(part, expansion)).join("");
}

function expandPart(part: EnvPart, expansion: Expansion): string {
  if (typeof part === "string") return part;
  const value = Object.hasOwn(expansion.base, part.name) ? expansion.base[part.name] : undefined;
  if (part.operator === undefined) return value ?? expandMissing(part, expansion);
  // With an operator an empty variable counts as missing, as in the shell.
  if (value !== undefined && value !== "") return value;
  const operand = expandParts(part.operand, expansion);
  if (part.operator === ":-") return operand;
  expansion.missing.push(`${part.name} (needed by env.${expansion.key}${operand === "" ? "" : `: ${operand}`})`);
  return "";
}

function expandMissing(part: EnvReference, { key, missing, missingEnv }: Expansion): string {
  if (missingEnv === "ERROR") missing.push(`${part.name} (needed by env.${key})`);
  return missingEnv === "KEEP" ? part.source : "";
}
