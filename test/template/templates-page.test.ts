import { expect, test } from "vitest";
import { describeTemplatesPage } from "./templates-page.js";

test("docs/templates.md shows the schema as it is (written anew by `vitest -u`)", async () => {
  await expect(describeTemplatesPage()).toMatchFileSnapshot("../../docs/templates.md");
});
