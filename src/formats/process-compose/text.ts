import { isObject } from "../../template/validate.js";
import type { FieldRule, Scope } from "../format.js";
import { dotenvOf, interpolateFields } from "../interpolate.js";
import { wordOf } from "../kind.js";
import { type Lookup, type Substituted, substituteIn } from "../references.js";

/** What process-compose takes for templates of Go. */
const filledIn = ["command", "working_dir", "log_location", "description", "environment"];

/** What bash sees, which looks `${NAME}` up by itself: at each start, where process-compose did it once. */
const linesOfBash = ["command", "readiness_probe.exec.command", "liveness_probe.exec.command", "shutdown.command"];

/** A process with what process-compose puts into its texts before it reads them: variables, and the values of `vars`. */
export function fillIn(process: unknown, scope: Scope, { rules, number }: Filling): unknown {
  if (!isObject(process)) return process;
  const isExpanding = !hasFlag(scope.document, "disable_env_expansion");
  const vars = varsOf(scope.document, process, number);
  const lookup = lookupIn(scope);
  const replace = (text: string, field: string): Substituted => {
    const isLater = field === "environment" || linesOfBash.includes(field) || !isExpanding;
    const read = isLater ? { text, names: [] } : substituteIn(text, lookup);
    const isRaw = field === "command" && hasFlag(process, "is_template_disabled");
    const isTemplate = filledIn.includes(field) || /_probe\./.test(field);
    return "message" in read || isRaw || !isTemplate ? read : fillTemplates(read, vars);
  };
  return interpolateFields(process, { rules, replace });
}

/** The value of a variable in the file: `.env` knows better than the environment. */
export function lookupIn(scope: Scope): Lookup {
  const dotenv = dotenvOf(scope);
  return (name) => dotenv.get(name) ?? scope.env[name];
}

interface Filling {
  readonly rules: readonly FieldRule[];
  /** Which of several replicas it is, from 0. */
  readonly number: number;
}

const hasFlag = (value: unknown, name: string): boolean => isObject(value) && value[name] === true;

function varsOf(document: unknown, process: Record<string, unknown>, number: number): ReadonlyMap<string, string> {
  const sources = [isObject(document) ? document["vars"] : undefined, process["vars"], { PC_REPLICA_NUM: number }];
  const vars = sources.filter(isObject).flatMap((source) => Object.entries(source));
  return new Map(vars.flatMap(([name, value]) => (isObject(value) ? [] : [[name, wordOf(value)] as const])));
}

/** Go's templates are a language; drover knows the plain value, and a text that stands for itself. */
function fillTemplates(
  read: { readonly text: string; readonly names: readonly string[] },
  vars: ReadonlyMap<string, string>,
): Substituted {
  let message: string | undefined;
  const text = read.text.replace(
    /\{\{-?\s*(?:\.(\w+)|"([^"\\]*)"|`([^`]*)`)\s*-?\}\}|\{\{.*?(?:\}\}|$)/gs,
    (whole, name?: string, ...texts) => {
      const value = name === undefined ? texts.slice(0, 2).find((part) => typeof part === "string") : vars.get(name);
      if (value === undefined)
        message ??= `has the template ${JSON.stringify(whole.slice(0, 60))}, which drover does not fill in`;
      return String(value ?? whole);
    },
  );
  return message === undefined ? { text, names: read.names } : { message, expected: "{{.NAME}} of vars" };
}
