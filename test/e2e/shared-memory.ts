import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Number of the System V segment of a PostgreSQL that runs or was killed, shmget(2). */
export function segmentOf(postgresDir: string): string | undefined {
  const path = join(postgresDir, "data/postmaster.pid");
  if (!existsSync(path)) return undefined;
  // The seventh line holds the key and the number.
  const line = readFileSync(path, "latin1").split("\n")[6] ?? "";
  return line.trim().split(/ +/)[1];
}

/** Numbers of all segments of this machine, sysvipc(7). */
export function presentSegments(): readonly string[] {
  const rows = readFileSync("/proc/sysvipc/shm", "latin1").split("\n").slice(1);
  return rows.flatMap((row) => row.trim().split(/ +/)[1] ?? []);
}
