import { ProcessError } from "../../errors.js";

/** Throws UNSUPPORTED on platforms without Unix signals, process groups and sessions. */
export function requireUnix(platform: NodeJS.Platform): void {
  if (platform !== "win32") return;
  const text =
    "drover does not support Windows: it has no SIGTERM, process groups or sessions, on which a safe stop rests. " +
    "Run the host program under WSL 2, or on Linux or macOS";
  throw new ProcessError("UNSUPPORTED", text);
}
