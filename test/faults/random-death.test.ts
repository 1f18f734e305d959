import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { type Outcome, playDeath } from "./death-scene.js";

/** How many runs the suite makes: each moment twice. `npm run soak` makes more. */
const suiteRuns = 60;
/** Runs at the same time: most of a run is waiting for processes to end. */
const lanes = 3;
const runLimitMs = 60_000;

const { DROVER_FAULT_SEED, DROVER_FAULT_RUNS } = process.env;
const runs = Number(DROVER_FAULT_RUNS ?? suiteRuns);
const firstSeed = Number(DROVER_FAULT_SEED ?? 1);

const hasProcfs = existsSync("/proc/self/stat");

test.skipIf(!hasProcfs)(
  `a manager killed at any moment leaves nothing bound, one of each detached, and no stranger hurt (seeds from ${firstSeed})`,
  { timeout: runs * runLimitMs },
  async () => {
    const outcomes: Outcome[] = [];
    let seed = firstSeed;
    const runLane = async (): Promise<void> => {
      while (seed < firstSeed + runs) outcomes.push(await playDeath(seed++));
    };
    await Promise.all(Array.from({ length: lanes }, runLane));
    if (DROVER_FAULT_RUNS !== undefined) console.log(describeOutcomes(outcomes));
    expect(outcomes.flatMap(({ failure }) => failure ?? []).join("\n\n")).toBe("");
    expect(outcomes.filter(({ wasMet }) => wasMet).length, "hosts that were killed").toBeGreaterThanOrEqual(runs * 0.8);
  },
);

/** How often each moment was met, for people. */
function describeOutcomes(outcomes: readonly Outcome[]): string {
  const moments = [...new Set(outcomes.map(({ doom }) => doom.at))].sort();
  const rows = moments.map((at) => {
    const here = outcomes.filter(({ doom }) => doom.at === at);
    const met = here.filter(({ wasMet }) => wasMet).length;
    const failed = here.filter(({ failure }) => failure !== undefined).length;
    return `${String(met).padStart(6)} killed, ${here.length - met} came to their end before, ${failed} failed: ${at}`;
  });
  const killed = outcomes.filter(({ wasMet }) => wasMet).length;
  return [`seeds ${firstSeed} to ${firstSeed + runs - 1}: ${killed} of ${outcomes.length} hosts killed`, ...rows].join(
    "\n",
  );
}
