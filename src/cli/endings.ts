import type { ShutdownRequest } from "../api/api-context.js";
import type { Terminal } from "./terminal.js";

/** Who or what ends `drover up`. */
export interface Endings {
  /** Resolves at the first Ctrl-C, SIGTERM or SIGHUP, when nobody reads the output any more, or with what `end` is told. */
  readonly first: Promise<ShutdownRequest>;
  /** Aborted at the second. */
  readonly second: AbortSignal;
  end(request: ShutdownRequest): void;
}

/** One Ctrl-C may arrive twice: the terminal signals the whole foreground group, and `npm start` passes it on too. */
const oneKeyMs = 300;

const endSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export function listenForEnd(terminal: Terminal): Endings {
  const second = new AbortController();
  let firstMs = Number.POSITIVE_INFINITY;
  let end: (request: ShutdownRequest) => void = () => undefined;
  const first = new Promise<ShutdownRequest>((resolveFirst) => {
    end = resolveFirst;
  });
  const onSignal = (): void => {
    const nowMs = performance.now();
    if (nowMs - firstMs > oneKeyMs) second.abort();
    firstMs = Math.min(firstMs, nowMs);
    end({ keepsDetached: true });
  };
  for (const signal of endSignals) process.on(signal, onSignal);
  void terminal.closed.then(() => end({ keepsDetached: true }));
  // Never taken off again: a further Ctrl-C in the last moment must not turn a clean end into a death by signal.
  return { first, second: second.signal, end };
}
