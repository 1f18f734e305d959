export type RestartMode = "NEVER" | "ON_FAILURE" | "ALWAYS";

export interface RestartPolicy {
  readonly mode: RestartMode;
  readonly maxRestarts: number | "unlimited";
  readonly backoff: Backoff;
  readonly resetAfterMs: number;
  readonly successExitCodes: readonly number[];
  readonly retryAfterGivingUpMs: number | "never";
}

/** Delay before the n-th restart: min(max, initial · multiplier^(n−1)), plus or minus `jitter` (a share, 0 to 1). */
export interface Backoff {
  readonly initialMs: number;
  readonly multiplier: number;
  readonly maxMs: number;
  readonly jitter: number;
}
