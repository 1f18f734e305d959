import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { anyMoment, anyMomentSpanMs, type DeathPlan, type Doom } from "./death-plan.js";
import { seededRandom } from "./seeded-random.js";

const program = fileURLToPath(new URL("./doomed-host.js", import.meta.url));

/** What a host has said of a process last, before it died. */
export type LastWord =
  | { readonly word: "up"; readonly pid: number }
  | { readonly word: "starting" | "stopping" | "down" };

export interface Death {
  /** Exit code or signal. */
  readonly ended: number | string;
  /** Everything it printed, for people. */
  readonly output: readonly string[];
}

/** Runs one host to its end, and notes in `words` what it says of its processes. */
export async function runDoomedHost(
  { seed, members, steps }: DeathPlan,
  doom: Doom,
  stateDir: string,
  words: Map<string, LastWord>,
): Promise<Death> {
  const plan = JSON.stringify({ stateDir, members, steps, doom });
  const host = spawn(process.execPath, [program, plan], { cwd: stateDir, stdio: ["ignore", "pipe", "pipe"] });
  const output: string[] = [];
  host.stderr.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  const lines = createInterface({ input: host.stdout });
  let killing: NodeJS.Timeout | undefined;
  lines.on("line", (line) => {
    output.push(line);
    const [word, name, pid] = JSON.parse(line) as [string, string, number];
    if (word === "born" && doom.at === anyMoment) {
      killing = setTimeout(() => host.kill("SIGKILL"), seededRandom(seed).below(anyMomentSpanMs));
    }
    if (word === "up") words.set(name, { word, pid });
    if (word === "starting" || word === "stopping" || word === "down") words.set(name, { word });
  });
  const [code, signal] = (await once(host, "close")) as [number | null, string | null];
  clearTimeout(killing);
  return { ended: code ?? signal ?? "nothing", output };
}
