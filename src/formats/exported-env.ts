import { type EnvPart, type EnvReference, parseEnvValue } from "../template/env-reference.js";
import type { ProcessTemplate } from "../template/process-template.js";

/** A variable of a template, in pieces. A value that cannot be read never starts: it has no pieces, and why in `fault`. */
export interface ExportedVariable {
  readonly name: string;
  readonly parts: readonly EnvPart[];
  readonly fault: string | undefined;
}

export function variablesOfTemplate({ env }: ProcessTemplate): readonly ExportedVariable[] {
  return Object.entries(env).map(([name, value]) => {
    const parsed = parseEnvValue(value);
    return "parts" in parsed
      ? { name, parts: parsed.parts, fault: undefined }
      : { name, parts: [], fault: parsed.message };
  });
}

/** The value, when it refers to nothing. */
export function plainValue({ parts, fault }: ExportedVariable): string | undefined {
  return fault === undefined && parts.every((part) => typeof part === "string") ? parts.join("") : undefined;
}

/** Why a system that takes values as they are cannot have this one. */
export function whyNotPlain(variable: ExportedVariable, system: string): string {
  if (variable.fault !== undefined) return variable.fault;
  const names = referencesOf(variable).map(({ name }) => name);
  return `refers to ${[...new Set(names)].join(", ")}, and ${system} replaces nothing in values: write the value itself`;
}

/** The outermost references of a value. */
export function referencesOf({ parts }: ExportedVariable): readonly EnvReference[] {
  return parts.filter((part) => typeof part !== "string");
}
