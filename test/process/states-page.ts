import type { OsState } from "../../src/os/os-state.js";
import { lifecycleEvents, lifecycles, nextLifecycle } from "../../src/process/lifecycle.js";
import { describeState } from "../../src/process/process-status.js";

export const osStates = [
  "running",
  "sleeping",
  "idle",
  "disk-sleep",
  "stopped",
  "tracing-stop",
  "parked",
  "zombie",
  "dead",
  "gone",
  "unreadable",
] as const satisfies readonly OsState[];

/** The page docs/states.md, from the tables the code runs by. */
export function describeStatesPage(): string {
  return `${head}
## Lifecycle: where we are in the life of a process

A row is a state, a column an event; an empty cell means the event cannot happen then.

${table(["state", ...lifecycleEvents], lifecycles.map(lifecycleRow))}

## \`state\`: the one word for people and notifications

It follows from the lifecycle and from what the kernel says. During a first start it is \`initial\`, during a later one
\`terminated\`.

${table(["kernel says", "initial", "starting, exited, failed", "running, stopping"], osStates.map(wordRow))}

Without /proc (macOS) a living process is always \`running\`: \`ps\` is not asked for more.
`;
}

const head = `# States

A process has four facts, which are never mixed: what was asked (\`desired\`: \`up\` or \`down\`), where we are in its life
(\`lifecycle\`), what the kernel says (\`os\`), and whether it works (\`health\`). \`status.state\` is derived from them.
`;

function lifecycleRow(state: (typeof lifecycles)[number]): string[] {
  return [state, ...lifecycleEvents.map((event) => nextLifecycle(state, event) ?? "")];
}

function wordRow(os: OsState): string[] {
  return [
    os,
    describeState("initial", os, false),
    describeState("exited", os, true),
    describeState("running", os, true),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => (cell === "" ? "" : `\`${cell}\``)).join(" | ")} |`;
  return [`| ${head.join(" | ")} |`, `|${head.map(() => " --- |").join("")}`, ...rows.map(line)].join("\n");
}
