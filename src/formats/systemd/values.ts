import type { Apply } from "../format.js";
import { wordOf } from "../kind.js";
import { parseTimeSpan } from "./words.js";

/** The values that count: an empty one takes back those before it. */
export function valuesOf(value: unknown): readonly string[] {
  const all = Array.isArray(value) ? value.map(wordOf) : [];
  return all.slice(all.lastIndexOf("") + 1).map((text) => text.trim());
}

export function textSetter(to: string): Apply {
  return ({ draft, value, path }) => {
    const text = valuesOf(value).at(-1);
    if (text !== undefined) draft.set(to, text, path);
    return undefined;
  };
}

export function numberSetter(to: string): Apply {
  return ({ draft, value, path }) => {
    const text = valuesOf(value).at(-1);
    if (text !== undefined) draft.set(to, /^-?\d+$/.test(text) ? Number(text) : text, path);
    return undefined;
  };
}

/** In some settings no time at all means as long as it takes. */
export function timeSetter(to: string, { isZeroNever = false } = {}): Apply {
  return ({ draft, value, path }) => {
    const text = valuesOf(value).at(-1) ?? "";
    const span = parseTimeSpan(text);
    const isNever = text === "infinity" || (isZeroNever && span === 0);
    const milliseconds = isNever ? 24 * 3_600_000 : span;
    if (milliseconds === undefined) {
      draft.complain(path, {
        message: `${JSON.stringify(text)} is no time span`,
        expected: "such as 5, 90s or 1min 30s",
      });
      return undefined;
    }
    draft.set(to, `${milliseconds}ms`, path);
    return isNever ? { outcome: "approximated", note: "24 hours" } : undefined;
  };
}
