import { fstatSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LogFiles } from "../logs/log-files.js";
import type { Logger } from "../manager/logger.js";
import { openLogFiles } from "../manager/open-log-files.js";
import type { Os } from "../os/os.js";

/** In the state directory: what a manager in the background has to tell. */
export const ownLogName = "drover.log";

const policy = { maxSizeBytes: 10 * 1024 * 1024, maxFiles: 5 };

/** Rotates the log of this program, if that is where its output goes; undefined when it goes elsewhere. */
export function keepOwnLog(stateDir: string, os: Os, logger: Logger): LogFiles | undefined {
  const path = join(stateDir, ownLogName);
  const [output, log] = [fstatSync(1), statSync(path, { throwIfNoEntry: false })];
  if (log === undefined || log.ino !== output.ino || log.dev !== output.dev) return undefined;
  const files = openLogFiles(os, logger);
  files.hold(path).writingBegins(policy);
  return files;
}
