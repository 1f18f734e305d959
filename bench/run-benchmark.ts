import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Row, Scale } from "./row.js";

const worker = fileURLToPath(new URL("worker.js", import.meta.url));

/** Runs one benchmark in a fresh program: what the one before has left in heap and caches does not count. */
export async function runBenchmark(name: string, { isTiny }: Scale): Promise<readonly Row[]> {
  const child = fork(worker, [name, isTiny ? "tiny" : "full"], {
    execArgv: ["--expose-gc"],
    serialization: "advanced",
  });
  let rows: readonly Row[] | undefined;
  child.once("message", (message) => {
    rows = message as readonly Row[];
  });
  await once(child, "close");
  if (rows === undefined) throw new Error(`benchmark "${name}" ended without a result`);
  return rows;
}
