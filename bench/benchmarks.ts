import { crash } from "./cases/crash.js";
import { importTime } from "./cases/import-time.js";
import { list } from "./cases/list.js";
import { logs } from "./cases/logs.js";
import { loopBlock } from "./cases/loop-block.js";
import { memory } from "./cases/memory.js";
import { respawn } from "./cases/respawn.js";
import { restart } from "./cases/restart.js";
import { startStop } from "./cases/start-stop.js";
import { watchCost } from "./cases/watch-cost.js";
import { watchShare } from "./cases/watch-share.js";
import type { Benchmark } from "./row.js";

/** Every benchmark by the name `--only` takes, in the order of the report. */
export const benchmarks: Readonly<Record<string, Benchmark>> = {
  start: startStop,
  restart,
  crash,
  respawn,
  "watch-cost": watchCost,
  "watch-share": watchShare,
  "loop-block": loopBlock,
  import: importTime,
  list,
  memory,
  logs,
};
