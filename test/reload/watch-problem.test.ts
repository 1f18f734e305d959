import { expect, test } from "vitest";
import { describeWatchProblem } from "../../src/reload/watch-problem.js";

function failure(code: string, path?: string): Error {
  return Object.assign(new Error(`${code}: it failed`), { code, path });
}

const problems = [
  ["ENOSPC", "UNSUPPORTED", "sysctl fs.inotify.max_user_watches=524288"],
  ["EMFILE", "UNSUPPORTED", "sysctl fs.inotify.max_user_instances=1024"],
  ["ENFILE", "UNSUPPORTED", "ulimit -n"],
  ["EACCES", "NOT_PERMITTED", "/app/secret cannot be read"],
  ["EPERM", "NOT_PERMITTED", "leave it out (watch.ignore)"],
  ["EIO", "INTERNAL", "/app/secret cannot be watched: Error: EIO: it failed"],
] as const;

test.each(problems)("%s is %s and tells the fix", (code, expected, text) => {
  const cause = failure(code, "/app/secret");
  expect(describeWatchProblem(cause)).toMatchObject({ code: expected, cause, message: expect.stringContaining(text) });
});

test.each(["ENOENT", "ENOTDIR", "ELOOP"])("%s only says that nothing is there", (code) => {
  expect(describeWatchProblem(failure(code))).toBeUndefined();
});

test("what is no error of the system is told, too", () => {
  expect(describeWatchProblem(new Error("odd"), "/app")?.message).toBe("watch: /app cannot be watched: Error: odd");
  expect(describeWatchProblem(undefined)?.code).toBe("INTERNAL");
});
