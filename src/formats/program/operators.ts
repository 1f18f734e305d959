import { EnvText, withFallback } from "../env-text.js";
import { Untold } from "../untold.js";

const longestText = 64 * 1024;
const tooLong = new Untold(`is a text, which gets longer than ${longestText} characters`);

/** A text put together from values; undefined where one of them is none that a text can be made of. */
export function joinTexts(parts: readonly unknown[]): string | EnvText | Untold | undefined {
  const pieces: EnvText["pieces"][number][] = [];
  for (const part of parts) {
    const text = textOf(part);
    if (text === undefined) return undefined;
    for (const piece of text.pieces) pieces.push(piece);
  }
  const text = new EnvText(pieces);
  if (text.size > longestText) return tooLong;
  return text.pieces.every((piece) => typeof piece === "string") ? text.pieces.join("") : text;
}

function textOf(part: unknown): EnvText | undefined {
  if (part instanceof EnvText) return part;
  return ["string", "number", "boolean"].includes(typeof part) ? new EnvText([String(part)]) : undefined;
}

const arithmetic: Readonly<Record<string, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
  "%": (left, right) => left % right,
  "**": (left, right) => left ** right,
};

/** What two values give; undefined where only running the program would tell. */
export function calculate(operator: string, left: unknown, right: unknown): unknown {
  if (typeof left === "number" && typeof right === "number") return arithmetic[operator]?.(left, right);
  const hasText = [left, right].some((side) => typeof side === "string" || side instanceof EnvText);
  return operator === "+" && hasText ? joinTexts([left, right]) : undefined;
}

/** A variable of the environment, or what takes its place; undefined for any other choice. */
export function choose(operator: string, left: unknown, right: unknown): EnvText | Untold | undefined {
  const fallback = textOf(right);
  if (!(left instanceof EnvText) || fallback === undefined || operator === "&&") return undefined;
  const text = withFallback(left, fallback, operator === "||");
  return text !== undefined && text.size > longestText ? tooLong : text;
}
