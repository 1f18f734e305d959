import { filter, Subject, take } from "rxjs";
import { ProcessError } from "../errors.js";
import type { Check } from "./health-check.js";
import type { ProbeHandle, ProbeSubject } from "./probe.js";

type OutputCheck = Extract<Check, { kind: "output" }>;

/** Healthy from the first line on that matches, for ever. Listens from this call on. */
export function outputProbe(check: OutputCheck, { lines$ }: Pick<ProbeSubject, "lines$">): ProbeHandle {
  const pattern = compile(check);
  const changed$ = new Subject<void>();
  let reason: string | undefined = `no line of output has matched ${pattern} yet`;
  const lines = lines$
    .pipe(
      filter((line) => pattern.test(line)),
      take(1),
    )
    .subscribe({
      next: () => {
        reason = undefined;
        changed$.next();
      },
      error: (error: unknown) => {
        reason = `the output cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      },
    });
  return {
    ask: async () => {
      if (reason !== undefined) throw new Error(reason);
      return await Promise.resolve();
    },
    changed$: changed$.asObservable(),
    close: () => {
      lines.unsubscribe();
      changed$.complete();
    },
  };
}

function compile({ pattern, flags }: OutputCheck): RegExp {
  try {
    // With g or y an expression remembers where it stopped, and the next line would be tested from there.
    return new RegExp(pattern, flags.replace(/[gy]/g, ""));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const fix = "expected a JavaScript regular expression and flags out of i, m, s, u and v";
    throw new ProcessError("INVALID_TEMPLATE", `output.pattern: ${why}; ${fix}`, { cause: error });
  }
}
