import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../run.js";

const page = readFileSync(join(root, "docs/guarantees.md"), "utf8");

interface Proof {
  readonly file: string;
  readonly title: string;
}

/** The lines `- [file](link): title` of a text. */
function proofsIn(text: string): readonly Proof[] {
  return [...text.matchAll(/^- \[(test\/\S+)\]\(\S+\): (.+)$/gm)].map(([, file = "", title = ""]) => ({ file, title }));
}

/** Whether a test or a group of tests has this very title. */
function hasTitle(source: string, title: string): boolean {
  const call = /\b(?:test|describe)\b.*?\(\s*"((?:[^"\\]|\\.)*)",/g;
  return [...source.matchAll(call)].some(([, found]) => found === title);
}

const sections = page.split(/^## /m).slice(1);

test("there are nine promises, each with a status in the table", () => {
  expect(sections).toHaveLength(9);
  expect(page.match(/^\| \[\d\. .+\]\(#.+\) \| (kept|partly) \|$/gm)).toHaveLength(9);
});

describe.each(sections.map((section) => [section.split("\n")[0] ?? "", section] as const))("%s", (_title, section) => {
  test("says how far it is kept, and which tests prove it", () => {
    expect(section).toMatch(/^\*\*(Kept|Partly)\.\*\* /m);
    expect(proofsIn(section).length).toBeGreaterThan(0);
  });

  test.each(proofsIn(section))("is proven by “$title” of $file", ({ file, title }) => {
    expect(hasTitle(readFileSync(join(root, file), "utf8"), title)).toBe(true);
  });
});

test("a title that no test has is found", () => {
  const source = 'describe.skipIf(x("y"))("a group", () => {\n  test(\n    "a whole title",\n    { timeout: 1 },\n';
  expect(hasTitle(source, "a whole title")).toBe(true);
  expect(hasTitle(source, "a group")).toBe(true);
  expect(hasTitle(source, "a whole")).toBe(false);
});
