/** The output stream of a process a line was written to. */
export type LogStream = "stdout" | "stderr";

/** One line of what a process wrote, without its line end. */
export interface LogLine {
  /**
   * When the line was first seen, not earlier than it was written. Exact to 50 ms while the log is followed, else to the
   * time between two checks of its size. Undefined for what was there before this host knew the log: nothing in the file
   * says when it was written.
   */
  readonly at: Date | undefined;
  readonly stream: LogStream;
  readonly line: string;
  /** Present on each piece but the last of a line over 64 KiB. */
  readonly isPartial?: true;
}

/** Tells whether a line has what is looked for. A RegExp is one. */
export interface LineMatcher {
  test(line: string): boolean;
}

/** Which lines are wanted; what is left out does not matter. */
export interface LineFilter {
  /** Seen at this time or later. A line whose time is not known is taken to be older than any time. */
  readonly since?: Date | undefined;
  /** Seen before this time. */
  readonly until?: Date | undefined;
  /** Matches somewhere in the line; of a line over 64 KiB, in one of its pieces. */
  readonly grep?: LineMatcher | undefined;
  readonly stream?: LogStream | undefined;
}

/** A line as `LogLine`, marked when it is a piece. */
export function makeLogLine(stream: LogStream, line: string, isPartial: boolean, at: Date | undefined): LogLine {
  return isPartial ? { at, stream, line, isPartial } : { at, stream, line };
}

/** Whether a line passes the filter. */
export function isWanted({ at, stream, line }: LogLine, filter: LineFilter): boolean {
  const atMs = at?.getTime() ?? Number.NEGATIVE_INFINITY;
  return (
    (filter.stream === undefined || filter.stream === stream) &&
    (filter.since === undefined || atMs >= filter.since.getTime()) &&
    (filter.until === undefined || atMs < filter.until.getTime()) &&
    (filter.grep === undefined || matches(filter.grep, line))
  );
}

function matches(grep: LineMatcher, line: string): boolean {
  // Unlike test(), search() does not go on from where a global expression has matched before.
  return grep instanceof RegExp ? line.search(grep) >= 0 : grep.test(line);
}

/**
 * Lines of several streams, each oldest first, in the order of their times. Streams keep their own order; lines of the
 * same or of unknown time stay in the order of the streams, because two files do not say which line came first.
 */
export function mergeByTime<Line extends Pick<LogLine, "at">>(streams: readonly (readonly Line[])[]): readonly Line[] {
  const timeOf = ({ at }: Line): number => at?.getTime() ?? 0;
  return streams.flat().sort((one, other) => timeOf(one) - timeOf(other));
}

/** The last `count` of some lines. */
export function lastOf<Line>(lines: readonly Line[], count: number): readonly Line[] {
  return count <= 0 ? [] : lines.slice(-count);
}
