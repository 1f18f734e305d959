import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { root } from "../run.js";
import { parseAnchors, parseLinks, type RelativeLink } from "./markdown.js";
import { readPages } from "./pages.js";

/** Why the link leads nowhere, or undefined when it is fine. */
function describeBrokenLink(from: string, { path, anchor }: RelativeLink): string | undefined {
  const target = path === "" ? from : normalize(join(dirname(from), decodeURI(path)));
  if (target.startsWith("..") || !existsSync(join(root, target))) return `${target} does not exist`;
  if (anchor === "" || !target.endsWith(".md")) return undefined;
  const anchors = parseAnchors(readFileSync(join(root, target), "utf8"));
  return anchors.has(anchor) ? undefined : `${target} has no heading #${anchor}`;
}

test.for(readPages())("the links of $path lead somewhere", ({ path, text }) => {
  const broken = parseLinks(text).map((link) => describeBrokenLink(path, link));
  expect(broken.filter((reason) => reason !== undefined)).toEqual([]);
});

test("a link to a missing page or heading is found", () => {
  expect(describeBrokenLink("docs/errors.md", { path: "nowhere.md", anchor: "" })).toBe(
    "docs/nowhere.md does not exist",
  );
  expect(describeBrokenLink("docs/errors.md", { path: "", anchor: "nope" })).toBe(
    "docs/errors.md has no heading #nope",
  );
  expect(describeBrokenLink("docs/errors.md", { path: "", anchor: "spawn_failed" })).toBe(undefined);
});
