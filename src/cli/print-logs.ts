import { filter, type Subscription } from "rxjs";
import { describeLine } from "../api/log-source.js";
import type { ProcessManager } from "../manager/process-manager.js";
import { LinePrinter, type LineStyle } from "./line-printer.js";
import type { Terminal } from "./terminal.js";

/** Lines of each process that were written before printing began, at most. */
const mostEarlierLines = 1000;

/** Shows what every process writes from `since` on, also of those that come later, until the manager is closed. */
export function printLogs(manager: ProcessManager, since: Date, style: LineStyle, terminal: Terminal): Subscription {
  const printer = new LinePrinter(style, terminal);
  return manager.processes$.pipe(filter(({ type }) => type === "added")).subscribe(({ process }) => {
    process.logs.follow(mostEarlierLines, { since }).subscribe((line) => {
      printer.print(describeLine({ ...line, process: process.name }));
    });
  });
}
