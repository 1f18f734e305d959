import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { amountRow, type Benchmark, type Row } from "../row.js";
import { alternate } from "../statistics.js";
import { wallMs } from "../wall-ms.js";

const main = resolve("dist/cli/main.js");

/** How long somebody waits for a list, against a Node that runs nothing. */
export const list: Benchmark = async ({ isTiny }) => {
  const rounds = isTiny ? 1 : 10;
  const rows: Row[] = [];
  for (const processes of isTiny ? [2] : [20, 1000]) rows.push(...(await listing(processes, rounds)));
  return rows;
};

async function listing(processes: number, rounds: number): Promise<readonly Row[]> {
  const cwd = mkdtempSync(join(tmpdir(), "drover-bench-"));
  try {
    await mkdir(join(cwd, "templates"));
    const templates = Array.from({ length: processes }, (_none, index) => ({
      ...{ name: `p${index}`, command: "sleep", args: ["100000"] },
      runOnStartup: true,
    }));
    await writeFile(join(cwd, "templates/all.json"), JSON.stringify({ templates }));
    await wallMs([main, "up", "--detach"], cwd);
    const plain = (): Promise<number> => wallMs(["-e", ""], cwd);
    const listed = await alternate(rounds, { drover: () => wallMs([main, "list"], cwd), plain });
    const asked = await alternate(rounds, { drover: () => answerMs(join(cwd, ".drover/drover.sock")), plain });
    return [
      amountRow(
        {
          what: `drover list of ${processes} processes, wall time`,
          ...{ unit: "ms", samples: listed, budget: processes > 100 ? 300 : 250 },
        },
        ({ drover }) => drover.median,
      ),
      amountRow(
        { what: `answer of the manager with ${processes} processes`, unit: "ms", samples: asked, budget: 50 },
        ({ drover }) => drover.median,
      ),
    ];
  } finally {
    await wallMs([main, "down"], cwd);
    rmSync(cwd, { recursive: true });
  }
}

/** Up to the last byte. */
async function answerMs(socketPath: string): Promise<number> {
  const beganMs = performance.now();
  const asked = request({ socketPath, path: "/api/processes", agent: false }).end();
  const [answer] = await once(asked, "response");
  (answer as NodeJS.ReadableStream).resume();
  await once(answer as NodeJS.ReadableStream, "end");
  return performance.now() - beganMs;
}
