import type { ProcessInfo } from "../api/process-info.js";
import { describeInList, listTitles } from "./describe-info.js";
import { layOut, type Terminal, widthOf } from "./terminal.js";

/** What a narrow terminal does without, the least important first. A note is cut before; a name, a state and a PID stay. */
const dispensable = ["GROUP", "RESTARTS", "MEMORY", "CPU", "HEALTH", "UPTIME", "NOTE"];

/** Below this a note says nothing. */
const shortestNote = 16;

/** Processes as a table that fits the terminal. */
export function describeTable(processes: readonly ProcessInfo[], terminal: Terminal): string[] {
  const rows = [listTitles, ...processes.map((info) => describeInList(info, terminal))];
  const { width } = terminal;
  return layOut(width === undefined ? rows : fitRows(rows, width), width);
}

function fitRows(rows: readonly (readonly string[])[], width: number): readonly (readonly string[])[] {
  let fitted = rows;
  for (const title of dispensable) {
    if (leastWidth(fitted) <= width) break;
    const column = fitted[0]?.indexOf(title) ?? -1;
    fitted = fitted.map((row) => row.filter((_cell, index) => index !== column));
  }
  return fitted;
}

function leastWidth(rows: readonly (readonly string[])[]): number {
  const [titles = []] = rows;
  const widths = titles.map((title, column) => {
    const widest = Math.max(...rows.map((row) => widthOf(row[column] ?? "")));
    return title === "NOTE" ? Math.min(widest, shortestNote) : widest;
  });
  return widths.reduce((sum, width) => sum + width, 2 * (widths.length - 1));
}
