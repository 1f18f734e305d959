import { spawn } from "node:child_process";
import { once } from "node:events";

/** How long a fresh Node program takes, from spawn to exit. */
export async function wallMs(args: readonly string[], cwd?: string): Promise<number> {
  const beganMs = performance.now();
  const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "ignore", "inherit"] });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`node ${args.join(" ")} ended with ${code}`);
  return performance.now() - beganMs;
}
