import { describe, expect, test } from "vitest";
import { validateFile } from "../../../src/template/store.js";
import { fileOf, kindOf } from "./fence-kind.js";
import { type Fence, parseFences } from "./markdown.js";
import { readPages } from "./pages.js";
import { createPlayground, type Playground } from "./playground.js";

/** Does with one fence what its tags say; throws when it does not hold. */
async function tryFence(fence: Fence, playground: Playground): Promise<void> {
  const kind = kindOf(fence);
  const file = fileOf(fence);
  if (file !== undefined) playground.write(file, fence.code);
  if (kind === "run-ts") expect(await playground.runTypeScript(fence.code)).toMatchObject({ status: 0 });
  if (kind === "run-sh") expect(await playground.runShell(fence.code)).toMatchObject({ status: 0 });
  // These two are proved by start.test.ts and by .ci/run, which reads its command from here.
  if (kind === "commands") expect(fence.code).toMatch(/^(npm ci && npm (start|test)( +#.*)?\n)+$/);
  if (kind === "template") {
    const path = playground.write(`fence/template.${fence.language}`, fence.code);
    const { errors } = await validateFile(path);
    expect(errors.map(String)).toEqual([]);
  }
}

/** Goes through the fences of a page in order, in one directory, as a reader would. */
async function tryPage(path: string, text: string): Promise<void> {
  using playground = createPlayground();
  for (const fence of parseFences(text)) {
    await tryFence(fence, playground).catch((cause: unknown) => {
      throw new Error(`${path}:${fence.line}: the fence does not hold: ${String(cause)}`, { cause });
    });
  }
}

test.for(readPages())("the fences of $path hold", { timeout: 180_000 }, ({ path, text }) => tryPage(path, text));

describe("a fence that does not hold is found", () => {
  test.for([
    ["```ts run\nprocess.exit(3);\n```", "page.md:1: the fence does not hold"],
    ['```ts run\nimport "drover/nowhere";\n```', "page.md:1: the fence does not hold"],
    ["text\n```sh run\nfalse\ntrue\n```", "page.md:2: the fence does not hold"],
    ["```yaml template\nname: web\ncomand: node\n```", "page.md:1: the fence does not hold"],
    ["```ts\nconsole.log(1);\n```", 'no test looks at a fence "ts"'],
    ["```\nplain\n```", 'no test looks at a fence ""'],
  ] as const)("%j", async ([text, message]) => {
    await expect(tryPage("page.md", text)).rejects.toThrow(message);
  });
});

test("fences of a page share a directory, find drover and a copy of templates/", async () => {
  const page = [
    "```js file=lib/answer.js\nexport const answer = 42;\n```",
    '```ts run\nimport { answer } from "./lib/answer.js";\nimport * as drover from "drover";',
    'if (answer !== (42 as number) || Object.keys(drover).length === 0) throw new Error("not found");\n```',
    "```sh run\ntest -f lib/answer.js\ntest -d templates\ndrover --help\n```",
    "```yaml template file=templates/web.yaml\nname: web\ncommand: node\n```",
    "```text\nnot run\n```",
  ].join("\n");
  await expect(tryPage("page.md", page)).resolves.toBeUndefined();
});
