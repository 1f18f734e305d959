export interface Limits {
  readonly maxMemoryBytes: number | undefined;
  readonly maxCpuPercent: number | undefined;
  readonly overMs: number;
  readonly action: "RESTART" | "STOP" | "NOTIFY";
}
