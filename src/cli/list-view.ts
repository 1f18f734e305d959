import type { ProcessInfo } from "../api/process-info.js";
import { describeTable } from "./list-table.js";
import { Screen } from "./screen.js";
import type { Terminal } from "./terminal.js";

/** How a list that changes is shown. */
export interface ListView {
  show(processes: readonly ProcessInfo[]): void;
  /** Says what is worth knowing about the list itself. */
  tell(text: string): void;
}

/** In place on a terminal, else one below the other. */
export function listViewOf(json: boolean, terminal: Terminal): ListView {
  if (json) return jsonView(terminal);
  return terminal.width === undefined ? plainView(terminal) : screenView(terminal);
}

function jsonView(terminal: Terminal): ListView {
  return {
    show: (processes) => terminal.out(JSON.stringify({ processes })),
    tell: (text) => terminal.err(text),
  };
}

/** A new table only when more has changed than time and resources: whoever reads it wants news. */
function plainView(terminal: Terminal): ListView {
  let shown: string | undefined;
  return {
    show: (processes) => {
      const facts = JSON.stringify(processes.map(describeFacts));
      if (facts === shown) return;
      if (shown !== undefined) terminal.out("");
      shown = facts;
      for (const line of describeTable(processes, terminal)) terminal.out(line);
    },
    tell: (text) => terminal.err(text),
  };
}

function describeFacts({ name, state, pid, restartCount, health, group, reason, lastError, desired }: ProcessInfo) {
  return [name, state === "running" ? "sleeping" : state, pid, restartCount, health, group, reason, lastError, desired];
}

function screenView(terminal: Terminal): ListView {
  const screen = new Screen(terminal);
  let table: readonly string[] = [];
  let notice: readonly string[] = [];
  return {
    show: (processes) => {
      table = describeTable(processes, terminal);
      screen.draw([...table, ...notice]);
    },
    tell: (text) => {
      notice = [terminal.style("yellow", `${new Date().toTimeString().slice(0, 8)} ${text}`)];
      screen.draw([...table, ...notice]);
    },
  };
}
