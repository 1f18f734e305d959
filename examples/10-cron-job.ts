// Runs a job by the clock, and looks at what came of its runs.
import { createProcessManager } from "drover";
import { filter, firstValueFrom, map } from "rxjs";

const manager = await createProcessManager();
const job = manager.newProcess("report", "date", {
  args: ["+report of %A, %H:%M:%S"],
  stdout: process.stdout,
  schedule: {
    cron: "* * * * * *", // six fields: each second. Each night it would be "30 3 * * *"
    timezone: "Europe/Vienna",
    overlap: "skip", // the run that is due while the last one still goes on; "replace" stops the last one
    maxDuration: "30s",
  },
});

await job.start(); // arms the schedule, and runs nothing by itself
console.log(`armed: ${job.status.schedule?.nextRunAt !== undefined}, runs: ${job.isAlive()}`);

const succeeded$ = job.status$.pipe(
  map(({ schedule }) => (schedule?.runs ?? []).filter(({ outcome }) => outcome === "succeeded")),
);
const runs = await firstValueFrom(succeeded$.pipe(filter(({ length }) => length === 2)));
for (const { outcome, exit, dueAt } of runs) {
  console.log(`${outcome} with exit code ${exit?.code}, was due at a full second: ${dueAt.getMilliseconds() === 0}`);
}
await job.stopAndWait(); // ends a run that goes on, and there are no more
console.log(`armed: ${job.status.schedule?.nextRunAt !== undefined}`);
await manager.close();
