import { expect, test } from "vitest";
import { LineRing } from "../../src/logs/line-ring.js";

function fill(capacity: number, count: number): LineRing<number> {
  const ring = new LineRing<number>(capacity);
  for (let line = 1; line <= count; line++) ring.push(line);
  return ring;
}

test.each<[capacity: number, pushed: number, count: number | undefined, expected: readonly number[]]>([
  [3, 0, undefined, []],
  [3, 2, undefined, [1, 2]],
  [3, 3, undefined, [1, 2, 3]],
  [3, 4, undefined, [2, 3, 4]],
  [3, 8, undefined, [6, 7, 8]],
  [3, 8, 2, [7, 8]],
  [3, 8, 9, [6, 7, 8]],
  [3, 8, 0, []],
  [1, 5, 1, [5]],
  [0, 5, undefined, []],
])("a ring of %i that was given %i lines has these as its last %s", (capacity, pushed, count, expected) => {
  expect(fill(capacity, pushed).last(count)).toEqual(expected);
});

test("a cleared ring is empty and is filled anew", () => {
  const ring = fill(3, 5);
  ring.clear();
  expect(ring.last()).toEqual([]);
  ring.push(9);
  expect(ring.last()).toEqual([9]);
});
