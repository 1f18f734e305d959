import type { Apply } from "../format.js";
import { parseTimeSpan } from "./words.js";

/** The values that count: an empty one takes back those before it. */
export function valuesOf(value: unknown): readonly string[] {
  const all = Array.isArray(value) ? value.map(String) : [];
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

export function timeSetter(to: string): Apply {
  return ({ draft, value, path }) => {
    const text = valuesOf(value).at(-1) ?? "";
    const milliseconds = text === "infinity" ? 24 * 3_600_000 : parseTimeSpan(text);
    if (milliseconds === undefined) {
      draft.complain(path, {
        message: `${JSON.stringify(text)} is no time span`,
        expected: "such as 5, 90s or 1min 30s",
      });
      return undefined;
    }
    draft.set(to, `${milliseconds}ms`, path);
    return text === "infinity" ? { outcome: "approximated", note: "24 hours" } : undefined;
  };
}
