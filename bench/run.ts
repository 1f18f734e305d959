import { randomUUID } from "node:crypto";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { benchmarks } from "./benchmarks.js";
import { endMarked, marker } from "./leftovers.js";
import { describeMachine, writeReport } from "./report.js";
import type { Row } from "./row.js";
import { runBenchmark } from "./run-benchmark.js";
import { tableOf } from "./table.js";

const usage = `Usage: npm run bench -- [options]

  --only NAME,…  run these only: ${Object.keys(benchmarks).join(", ")}
  --write        write the table into docs/performance.md
  --tiny         smallest sizes: shows that every benchmark works, not how fast
  --json         print the rows as JSON instead of a table
`;

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    write: { type: "boolean", default: false },
    tiny: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const names = values.only?.split(",") ?? Object.keys(benchmarks);
const unknown = names.filter((name) => benchmarks[name] === undefined);
if (values.help || unknown.length > 0 || (values.write && (values.only !== undefined || values.tiny))) {
  if (unknown.length > 0) console.error(`There is no benchmark named ${unknown.join(", ")}.`);
  else if (!values.help)
    console.error("Only a whole run at full size is written: --write goes without --only and --tiny.");
  console.error(usage);
  process.exit(values.help ? 0 : 2);
}

// Everything started from here on inherits the marker, so that nothing stays behind, however a benchmark ends.
const token = randomUUID();
process.env[marker] = token;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));
process.once("exit", () => endMarked(token));

const machine = describeMachine();
const busyLoad = 0.5;
if (!values.tiny && (loadavg()[0] ?? 0) > busyLoad) console.error("The machine is busy: expect figures that vary.");

const rows: Row[] = [];
for (const name of names) {
  const beganMs = performance.now();
  try {
    rows.push(...(await runBenchmark(name, { isTiny: values.tiny })));
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  }
  endMarked(token);
  if (!values.json) console.error(`${name}: ${((performance.now() - beganMs) / 1000).toFixed(0)} s`);
}
console.log(values.json ? JSON.stringify(rows) : `${machine}\n\n${tableOf(rows)}`);
if (values.write && process.exitCode === undefined) writeReport("docs/performance.md", machine, rows);
