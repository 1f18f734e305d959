import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { keepLastLine } from "../../src/health/last-line.js";

async function lastLineOf(...chunks: readonly (string | Buffer)[]): Promise<string> {
  const stream = new PassThrough();
  const lastLine = keepLastLine(stream);
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await lastLine.ended;
  return lastLine.read();
}

test.each<[string, string[], string]>([
  ["nothing", [], ""],
  ["one line", ["one\n"], "one"],
  ["the last of several", ["one\ntwo\n"], "two"],
  ["one without an end", ["one\ntwo"], "two"],
  ["one that comes in pieces", ["one\ntw", "o\n"], "two"],
  ["one before empty lines", ["one\n\n  \r\n"], "one"],
  ["one without its colours", ["\u001b[31mred\u001b[0m\n"], "red"],
  ["the state a progress line ends with", ["10 %\r20 %\r"], "20 %"],
])("keeps %s", async (_title, chunks, expected) => {
  expect(await lastLineOf(...chunks)).toBe(expected);
});

test("keeps no more than the last kilobyte", async () => {
  expect(await lastLineOf("a".repeat(5000), "b".repeat(5))).toBe("a".repeat(1019) + "b".repeat(5));
});

test("takes a stream that breaks for one that ends", async () => {
  const stream = new PassThrough();
  const lastLine = keepLastLine(stream);
  stream.write("one\n");
  stream.destroy(new Error("EPIPE"));
  await lastLine.ended;
  expect(lastLine.read()).toBe("one");
});
