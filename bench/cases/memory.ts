import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { endMarked, marker } from "../leftovers.js";
import { amountRow, type Benchmark } from "../row.js";
import { alternate, type Pair } from "../statistics.js";

/** V8's young generation grows to some 40 MB with the garbage of starting, whatever the number of processes: it stays small. */
const options = ["--expose-gc", "--max-semi-space-size=1"];
const host = fileURLToPath(new URL("../memory-host.js", import.meta.url));

/** Bytes a program grew by each process it runs, after garbage collection. */
interface Growth {
  readonly heap: number;
  readonly resident: number;
}

/** Memory of the host program for each process it manages, against a kept `ChildProcess`. */
export const memory: Benchmark = async ({ isTiny }) => {
  const count = isTiny ? 3 : 1000;
  const growths = await alternate(isTiny ? 1 : 3, {
    drover: () => measure("drover", count),
    plain: () => measure("plain", count),
  });
  const pick = (key: keyof Growth): Pair<readonly number[]> => {
    const kilobytes = (growth: Growth): number => growth[key] / 1024;
    return { drover: growths.drover.map(kilobytes), plain: growths.plain.map(kilobytes) };
  };
  const row = (what: string, key: keyof Growth) => {
    return amountRow({ what, unit: "KB", samples: pick(key), budget: 20 }, ({ drover }) => drover.median);
  };
  return [
    row(`host memory for each of ${count} processes: heap and external`, "heap"),
    row(`host memory for each of ${count} processes: resident`, "resident"),
  ];
};

async function measure(kind: "drover" | "plain", count: number): Promise<Growth> {
  const token = randomUUID();
  const child = spawn(process.execPath, [...options, host, kind, String(count)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, [marker]: token },
  });
  try {
    return JSON.parse(await text(child.stdout)) as Growth;
  } finally {
    endMarked(token);
  }
}
