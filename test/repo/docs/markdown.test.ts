import { describe, expect, test } from "vitest";
import { parseAnchors, parseFences, parseLinks } from "./markdown.js";

const page = [
  "# The `drover` page",
  "See [there](other.md#a-b), [here](#two-words), [out](https://example.org/x), `[not](a-link.md)`.",
  "```ts run",
  "# not a heading, [not](a-link.md)",
  "```",
  "## Two words",
  "## Two words",
  "````text",
  "```",
  "````",
  "[ref]: ../LICENSE",
].join("\n");

describe("parseFences", () => {
  test("gives language, tags, code and line of each fence", () => {
    expect(parseFences(page)).toEqual([
      { language: "ts", tags: ["run"], code: "# not a heading, [not](a-link.md)\n", line: 3 },
      { language: "text", tags: [], code: "```\n", line: 8 },
    ]);
  });

  test("rejects a fence without an end", () => {
    expect(() => parseFences("```ts run\ncode")).toThrow("line 1: the fence is not closed");
  });
});

test("parseLinks gives the links into the repository, not those in code", () => {
  expect(parseLinks(page)).toEqual([
    { path: "other.md", anchor: "a-b" },
    { path: "", anchor: "two-words" },
    { path: "../LICENSE", anchor: "" },
  ]);
});

test("parseAnchors numbers headings that repeat", () => {
  expect([...parseAnchors(page)]).toEqual(["the-drover-page", "two-words", "two-words-1"]);
});
