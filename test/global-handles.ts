import { setTimeout as delay } from "node:timers/promises";
import { afterAll } from "vitest";

/** Handles that hold a program open. Files and name look-ups come and go by themselves. */
const watched = ["ProcessWrap", "Timeout", "FSEventWrap", "StatWatcher", "TCPServerWrap", "TCPSocketWrap", "PipeWrap"];

const before = process.getActiveResourcesInfo();

function count(handles: readonly string[], type: string): number {
  return handles.filter((handle) => handle === type).length;
}

function leaked(): string[] {
  const now = process.getActiveResourcesInfo();
  return watched.flatMap((type) => {
    const more = count(now, type) - count(before, type);
    return more > 0 ? [`${more} × ${type}`] : [];
  });
}

/** Each test file ends with the handles it began with: a manager that was not closed shows here. */
afterAll(async () => {
  for (let attempt = 0; leaked().length > 0; attempt++) {
    if (attempt === 200) throw new Error(`handles are still open after the last test: ${leaked().join(", ")}`);
    await delay(10, undefined, { ref: false });
  }
});
