/** Milliseconds of CPU this program has used: what a busy machine makes it wait does not count. */
export function cpuTimeMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
