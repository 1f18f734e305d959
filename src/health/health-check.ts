export interface HealthCheck {
  readonly check: Check;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly startPeriodMs: number;
  readonly failureThreshold: number;
  readonly successThreshold: number;
}

export type Check =
  | {
      readonly kind: "http";
      readonly url: string;
      readonly method: string;
      /** Accepted status codes; empty accepts every 2xx. */
      readonly expectedStatus: readonly number[];
    }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "output"; readonly pattern: string; readonly flags: string }
  | { readonly kind: "exec"; readonly command: string; readonly args: readonly string[]; readonly script: string };
