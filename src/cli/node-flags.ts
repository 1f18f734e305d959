/**
 * Flags of Node for a manager that runs for months. Its young generation would otherwise grow to 48 MiB with the first flood of
 * lines that is read, and never shrink. With half of this, lines are taken for long-lived ones before they are let go, and the
 * same flood takes twice the time.
 */
export const daemonNodeFlags: readonly string[] = ["--max-semi-space-size=8"];
