import { ProcessError } from "../errors.js";

/**
 * A failure for people: what went wrong and what to do. A text, and what a manager reports, are told as they are; `withStack` adds to
 * an error of this program where it was made, and what caused it.
 */
export function describeFailure(reason: unknown, withStack: boolean): string {
  if (typeof reason === "string") return reason;
  if (isReport(reason)) return reason.message;
  if (withStack) return describeStacks(reason);
  const { code, message } = ProcessError.from(reason);
  // Nobody expected it, so the text cannot say what to do.
  return code === "INTERNAL" ? `${message}; DROVER_DEBUG=1 shows where it comes from` : message;
}

function isReport(reason: unknown): reason is { readonly message: string } {
  return typeof reason === "object" && reason !== null && !(reason instanceof Error) && "message" in reason;
}

/** More are a circle. */
const mostCauses = 10;

function describeStacks(reason: unknown): string {
  const texts: string[] = [];
  for (
    let at = reason;
    at !== undefined && texts.length < mostCauses;
    at = at instanceof Error ? at.cause : undefined
  ) {
    texts.push(describeOne(at));
  }
  return texts.join("\n  caused by: ");
}

function describeOne(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  const code = "code" in reason ? ` [${String(reason.code)}]` : "";
  const [first = "", ...frames] = (reason.stack ?? String(reason)).split("\n");
  return [`${first}${code}`, ...frames].join("\n");
}
