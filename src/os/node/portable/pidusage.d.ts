// pidusage 4 ships no types, and @types/pidusage describes version 2.
declare module "pidusage" {
  interface PidUsage {
    /** Percent of one core since the last call for this PID; 0 at the first. */
    readonly cpu: number;
    /** Resident memory in bytes. */
    readonly memory: number;
    /** User and system time in milliseconds. */
    readonly ctime: number;
    readonly pid: number;
    readonly ppid: number;
  }
  /** Values are undefined for PIDs without a process. */
  export default function pidusage(
    pids: readonly number[],
    options?: { readonly usePs?: boolean },
  ): Promise<Record<string, PidUsage | undefined>>;
}
