import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorCodes } from "../../src/errors.js";
import { root } from "./run.js";

const sections = readFileSync(join(root, "docs/errors.md"), "utf8").split(/^## /m).slice(1);

test("the errors page explains exactly the codes there are, in their order", () => {
  expect(sections.map((section) => section.slice(0, section.indexOf("\n")))).toEqual([...errorCodes]);
});

test.for(sections.map((text) => [text.slice(0, text.indexOf("\n")), text] as const))(
  "%s is explained in full",
  ([, section]) => {
    const labels = [...section.matchAll(/^- \*\*(.+?):\*\* \S/gm)].map(([, label]) => label);
    expect(labels, "each code has a meaning, a typical cause and a fix").toEqual(["Means", "Typical cause", "Fix"]);
  },
);
