import { type EnvPart, parseEnvValue } from "./env-reference.js";
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
  const { base, key, missing, missingEnv } = expansion;
  const value = Object.hasOwn(base, part.name) ? base[part.name] : undefined;
  if (value !== undefined && (value !== "" || part.operator === undefined)) return value;
  if (part.operator === ":-") return expandParts(part.operand, expansion);
  if (part.operator === ":?") {
    const message = expandParts(part.operand, expansion);
    missing.push(`${part.name} (needed by env.${key}${message === "" ? "" : `: ${message}`})`);
    return "";
  }
  if (missingEnv === "ERROR") missing.push(`${part.name} (needed by env.${key})`);
  return missingEnv === "KEEP" ? part.source : "";
}
