import type { FileWatch, LogPolicy } from "../../template/process-template.js";
import { type Exporting, type Fate, lostAs, nearAs } from "../export-rule.js";
import { absolutePath, escapeDollars } from "./export-text.js";

type Put = Exporting<Record<string, unknown>>;

/** A file is as drover has it: lines as they are written, rotated. */
export function putLogs({ template: { logs, cwd }, out, tell }: Put): Fate | undefined {
  const { stdout, stderr, mode } = logs;
  const file = stdout ?? stderr;
  if (file === undefined || mode === "DISCARD" || mode === "INHERIT") return undefined;
  out["log_location"] = absolutePath(cwd, file);
  out["log_configuration"] = {
    no_metadata: true,
    disable_json: true,
    flush_each_line: true,
    rotation: rotationOf(logs),
  };
  if (stdout === stderr) for (const field of ["logs.stdout", "logs.stderr"]) tell(field, { outcome: "mapped" });
  else if (stdout === undefined) tell("logs.stdout", nearAs("standard output goes to the file of standard error"));
  else tell("logs.stderr", nearAs("standard error goes to the file of standard output"));
  return undefined;
}

/** What becomes of a part of the rotation, which there is only with a file. */
export function rotationSayer(field: "maxSize" | "maxFiles" | "compress"): (put: Put) => Fate | undefined {
  return ({ template: { logs }, out }) => {
    if (out["log_location"] === undefined) return lostAs("only a file is rotated: name one in logs.stdout");
    const { max_size_mb: size } = rotationOf(logs);
    if (field === "maxSize" && size !== logs.maxSizeBytes / 1024 ** 2) return nearAs(`${String(size)} MB`);
    return field === "maxFiles" && logs.maxFiles === 1 ? nearAs("one old file is kept") : undefined;
  };
}

function rotationOf({ maxSizeBytes, maxFiles, compress }: LogPolicy): Record<string, unknown> {
  const size = Math.max(1, Math.ceil(maxSizeBytes / 1024 ** 2));
  // No number of old files means all of them.
  return { max_size_mb: size, max_backups: Math.max(1, maxFiles - 1), ...(compress && { compress }) };
}

export function putWatch({ template: { watch, instances, schedule }, out }: Put): Fate | undefined {
  if (watch === undefined) return undefined;
  if (instances > 1) return lostAs("process-compose does not watch for a process with replicas");
  if (schedule !== undefined) return lostAs("process-compose does not watch for a process with a schedule");
  const taken = watch.paths.filter((path) => path.startsWith("!")).map((path) => path.slice(1));
  const exclude = [...watch.ignore, ...taken].map(escapeDollars);
  out["watch"] = {
    paths: watch.paths
      .filter((path) => !path.startsWith("!"))
      .map((path) => ({ ...split(path), ...(exclude.length > 0 && { exclude }) })),
    debounce: `${watch.debounceMs}ms`,
  };
  return undefined;
}

/** The directory before the first wildcard, and the pattern inside it. */
function split(path: FileWatch["paths"][number]): Record<string, unknown> {
  const parts = path.split("/");
  const wild = parts.findIndex((part) => /[*?[{]/.test(part));
  if (wild === -1) return { path: escapeDollars(path) };
  const directory = parts.slice(0, wild).join("/");
  const root = path.startsWith("/") && directory === "" ? "/" : directory;
  return { path: escapeDollars(root === "" ? "." : root), include: [escapeDollars(parts.slice(wild).join("/"))] };
}
