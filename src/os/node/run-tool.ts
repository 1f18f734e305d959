import { execFile } from "node:child_process";

const toolTimeoutMs = 5000;

export type ToolOutcome =
  | { readonly ok: true; readonly output: string }
  /** `code` is the exit code, or the name of the error when the tool could not be run. */
  | { readonly ok: false; readonly code: string | number | undefined; readonly message: string };

/** Runs a small program of the system to its end, at most five seconds. Never rejects. */
export function runTool(file: string, args: readonly string[], cwd?: string): Promise<ToolOutcome> {
  return new Promise((resolve) => {
    const options = { timeout: toolTimeoutMs, env: { ...process.env, LC_ALL: "C" }, cwd };
    try {
      execFile(file, [...args], options, (error, output, complaint) => {
        const message = complaint.trim() === "" ? error?.message : complaint.trim();
        if (error === null) resolve({ ok: true, output });
        else resolve({ ok: false, code: error.code ?? undefined, message: message ?? "" });
      });
    } catch (error) {
      // Node throws some of them at once, among them those of a machine short of memory or processes.
      const { code, message } = error as NodeJS.ErrnoException;
      resolve({ ok: false, code, message });
    }
  });
}
