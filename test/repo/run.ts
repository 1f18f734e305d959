import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

export interface Outcome {
  /** Exit code, or the name of the signal that ended the program. */
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, with nothing on its standard input. A non-zero exit is an answer, not an error. */
export function run(
  file: string,
  args: readonly string[],
  { cwd = root, env = {}, timeoutMs = 60_000 }: { cwd?: string; env?: NodeJS.ProcessEnv; timeoutMs?: number } = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...process.env, NO_COLOR: "1", ...env }, timeout: timeoutMs, maxBuffer: 1 << 26 };
    const child = execFile(file, args, options, (error, stdout, stderr) => {
      if (error === null) resolve({ status: 0, stdout, stderr });
      else if (typeof error.code === "number") resolve({ status: error.code, stdout, stderr });
      else if (typeof error.signal === "string") resolve({ status: error.signal, stdout, stderr });
      else reject(new Error(`${file} could not be run`, { cause: error }));
    });
    child.stdin?.end();
  });
}
