import { beforeAll, expect, test } from "vitest";
import type { Row } from "../../bench/row.js";
import { summarise } from "../../bench/statistics.js";
import { tableOf } from "../../bench/table.js";
import { run } from "../repo/run.js";

beforeAll(async () => {
  const built = await run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "bench"]);
  expect(built).toEqual({ status: 0, stdout: "", stderr: "" });
}, 60_000);

const bench = (...args: readonly string[]) =>
  run(process.execPath, ["temp/bench/run.js", ...args], { timeoutMs: 240_000 });

test("every benchmark runs and produces its rows", { timeout: 240_000 }, async () => {
  const { status, stdout, stderr } = await bench("--tiny", "--json");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const rows = JSON.parse(stdout) as readonly Row[];
  const titles = rows.map(({ what }) => what).join("\n");
  for (const word of [
    "start",
    "stop",
    "restart",
    "own child",
    "attached",
    "one look",
    "core",
    "block",
    "import",
    "help",
    "heap",
    "resident",
    "to its log",
    "followed",
    "lost",
  ]) {
    expect(titles).toContain(word);
  }
  for (const { drover, plain, result } of rows) {
    expect([...Object.values(drover), ...Object.values(plain ?? {}), result.value].every(Number.isFinite)).toBe(true);
  }
});

test("a name no benchmark has is refused with the names there are", async () => {
  const { status, stderr } = await bench("--only", "strat");
  expect(status).toBe(2);
  expect(stderr).toContain("no benchmark named strat");
  expect(stderr).toContain("start, restart, crash");
});

test("a summary tells median, extremes and the 90th percentile", () => {
  expect(summarise([4, 1, 3, 2, 5, 6, 7, 8, 9, 10, 11])).toEqual({ median: 6, min: 1, p90: 10, max: 11 });
});

test("a budget that is missed is marked, and one that was not promised is not judged", () => {
  const drover = summarise([3]);
  const row = (budget: number | undefined): Row => {
    return { what: "it", unit: "ms", drover, plain: undefined, result: { value: 3, unit: "×" }, budget };
  };
  const verdicts = tableOf([row(2), row(3), row(undefined)])
    .split("\n")
    .slice(2);
  expect(verdicts.map((line) => line.split("|").at(-2)?.trim())).toEqual(["**no**", "yes", "–"]);
});
