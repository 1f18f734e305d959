import { formatPath, type PathPart, type Problem } from "../template/problem.js";
import { isObject } from "../template/validate.js";
import type { EntryContext, FieldRule, Format } from "./format.js";

/** What is missing in a template has no place it came from: it is called what the other system calls it. */
export function inForeignWords(problem: Problem, { rules }: Format, context: EntryContext): Problem {
  const [part] = problem.path;
  if (problem.message.startsWith("has none of")) {
    if (part === undefined) return lacking("has no program", fieldsFor(rules, programs), context);
    if (part === "readiness" || part === "liveness")
      return lacking("has no check", fieldsFor(rules, checks(part)), context);
  }
  const field = formatPath(problem.path);
  const rule = problem.message === "is missing" ? rules.find(({ to }) => to.split(", ").includes(field)) : undefined;
  return rule === undefined ? problem : at(context, rule.field.split("."), problem);
}

/** Whether a problem is a lack that one of what could not be read is the cause of. */
export function isLack({ message }: Problem): boolean {
  return /^(?:has none of |has no (?:program|check)$|is missing$)/.test(message);
}

const programs = /^(?:command|script)(?:, (?:command|args))?$/;

const checks = (part: string): RegExp => new RegExp(`^${part}\\.(?:http\\.url|tcp|unix|output|exec)\\b`);

/** The fields that become one of these, with what is around them. */
function fieldsFor(rules: readonly FieldRule[], target: RegExp): readonly string[] {
  const fields = rules.filter(({ to }) => target.test(to)).map(({ field }) => field.split(".").slice(0, 2).join("."));
  return [...new Set(fields)];
}

/** Told where the system wants it: in one of the blocks that the entry has, else in the entry itself. */
function lacking(message: string, fields: readonly string[], context: EntryContext): Problem {
  const outer = fields.map((field) => field.split(".")[0] ?? "").find((name) => isObject(context.entry[name]));
  const known = fields.filter((field) => (outer === undefined ? !field.includes(".") : field.startsWith(`${outer}.`)));
  const expected = (known.length > 0 ? known : fields).join(" or ");
  return at(context, outer === undefined ? [] : [outer], { message, expected });
}

/** No template field has an empty name: what follows is a place of the foreign file already. */
function at({ entryPath }: EntryContext, path: readonly string[], problem: Omit<Problem, "path" | "at">): Problem {
  return { ...problem, path: ["" as PathPart, ...entryPath, ...path], at: "value" };
}
