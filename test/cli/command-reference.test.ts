import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../repo/run.js";
import { describeCommands } from "./command-reference.js";

test("the page about the command line has the usage of every command", () => {
  const page = join(root, "docs/cli.md");
  const reference = describeCommands();
  if (process.env["DROVER_UPDATE_DOCS"] === "1") {
    const text = readFileSync(page, "utf8");
    const updated = text.replace(/(## Reference\n\n[^\n]+\n\n)[\s\S]*?(?=\n## Exit codes)/, (_all, intro: string) => {
      return `${intro}${reference}\n`;
    });
    writeFileSync(page, updated);
  }
  expect(readFileSync(page, "utf8")).toContain(`\n${reference}\n`);
});

test("the help of every command has examples", () => {
  const [, ...sections] = describeCommands().split("### ");
  expect(sections.length).toBeGreaterThan(15);
  expect(sections.filter((section) => !section.includes("Examples:\n  "))).toEqual([]);
});
