import { LineRing } from "./line-ring.js";
import { LineSplitter } from "./line-splitter.js";
import { isWanted, type LineFilter, type LogLine, type LogStream, makeLogLine } from "./log-line.js";
import { findLineStart, readSegments, type Segment } from "./segments.js";
import type { TimeIndex } from "./time-index.js";

/** A log as it is now: its files, oldest first, and when its bytes were seen. */
export interface LogView {
  readonly stream: LogStream;
  readonly segments: readonly Segment[];
  readonly times: TimeIndex;
  /** Where reading ends. */
  readonly toByte: number;
}

/** Lines looked through at a time when a filter leaves out most of them. */
const windowLines = 10_000;

/** The last `count` lines that pass the filter, oldest first: read from the end, in the memory of the result. */
export async function tailSegments(view: LogView, count: number, filter: LineFilter): Promise<readonly LogLine[]> {
  if (count <= 0 || (filter.stream !== undefined && filter.stream !== view.stream)) return [];
  const isFiltered = filter.since !== undefined || filter.until !== undefined || filter.grep !== undefined;
  const lines = isFiltered ? Math.max(count, windowLines) : count;
  let found: readonly LogLine[] = [];
  for (let toByte = view.toByte; found.length < count; ) {
    const fromByte = await findLineStart(view.segments, { toByte }, lines);
    if (fromByte >= toByte) break;
    const { wanted, isBeforeSince } = await readWindow({ ...view, toByte }, fromByte, count - found.length, filter);
    found = [...wanted, ...found];
    if (isBeforeSince) break;
    toByte = fromByte;
  }
  return found;
}

async function readWindow(view: LogView, fromByte: number, count: number, filter: LineFilter) {
  const ring = new LineRing<LogLine>(count);
  let at: Date | undefined;
  const splitter = new LineSplitter((text, isPartial) => {
    const line = makeLogLine(view.stream, text, isPartial, at);
    // A substring keeps the whole block it was cut from in memory: the few lines a filter picks are copied.
    if (isWanted(line, filter)) ring.push(filter.grep === undefined ? line : { ...line, line: detach(text) });
  });
  const ranges = view.times.split(fromByte, view.toByte);
  for (const range of ranges) {
    at = range.at;
    for await (const block of readSegments(view.segments, range.fromByte, range.toByte)) splitter.push(block);
  }
  splitter.end();
  const startMs = ranges[0]?.at?.getTime() ?? Number.NEGATIVE_INFINITY;
  return { wanted: ring.last(), isBeforeSince: filter.since !== undefined && startMs < filter.since.getTime() };
}

function detach(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}
