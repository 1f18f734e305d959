export interface Schedule {
  readonly cron: string;
  readonly timezone: string;
  readonly overlap: "SKIP" | "REPLACE";
  readonly maxDurationMs: number | undefined;
}
