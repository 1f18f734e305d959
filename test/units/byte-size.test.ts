import { expect, test } from "vitest";
import { describeByteSize, parseByteSize } from "../../src/units/byte-size.js";

test.each([
  ["0", 0],
  ["1048576", 1_048_576],
  ["512MiB", 536_870_912],
  ["512mib", 536_870_912],
  ["10MB", 10_000_000],
  ["1GiB", 1_073_741_824],
  ["1.5GiB", 1_610_612_736],
  ["0.1MB", 100_000],
  ["1 KiB", 1024],
  ["8b", 8],
  ["9007199254740991", Number.MAX_SAFE_INTEGER],
])("reads %s as %d bytes", (text, bytes) => {
  expect(parseByteSize(text)).toBe(bytes);
});

test.each([
  "",
  "-1",
  "1.5",
  "10M",
  "1K",
  "MiB",
  "1 000",
  "0.0001KiB",
  "9007199254740992",
  "9TiB9",
  "1e3",
  "9".repeat(50),
])("refuses %j", (text) => {
  expect(parseByteSize(text)).toBeUndefined();
});

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1 KiB"],
  [1_610_612_736, "1.5 GiB"],
  [2 ** 53, "8192 TiB"],
])("describes %d bytes as %s", (bytes, text) => {
  expect(describeByteSize(bytes)).toBe(text);
});
