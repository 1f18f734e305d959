import { describe, expect, test } from "vitest";
import { run } from "../repo/run.js";

const scheduler = JSON.stringify(new URL("../../dist/os/node/unref-scheduler.js", import.meta.url).href);
const runProgram = (body: string): ReturnType<typeof run> =>
  run(process.execPath, ["--input-type=module", "-e", `import { unrefScheduler } from ${scheduler};\n${body}`]);

describe("the scheduler of background work", () => {
  test("keeps no program alive by a timer, and forgets what was cancelled", async () => {
    const outcome = await runProgram(`
      unrefScheduler.schedule(() => console.log("never"), 60_000);
      const cancelled = unrefScheduler.schedule(() => console.log("never"), 0);
      cancelled.unsubscribe();
      console.log("end");
    `);
    expect(outcome).toEqual({ status: 0, stdout: "end\n", stderr: "" });
  });

  test("runs slices of work one after the other in a program that is idle otherwise", async () => {
    // The interval is all that goes on: an unref'd immediate would wait for it at each slice, twenty times.
    const outcome = await runProgram(`
      const idle = setInterval(() => {}, 60_000);
      let slices = 0;
      const next = () => {
        slices += 1;
        if (slices < 20) unrefScheduler.schedule(next, 0);
        else { console.log(slices); clearInterval(idle); }
      };
      unrefScheduler.schedule(next, 10);
    `);
    expect(outcome).toEqual({ status: 0, stdout: "20\n", stderr: "" });
  });
});
