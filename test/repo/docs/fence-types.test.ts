import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { root } from "../run.js";
import { kindOf } from "./fence-kind.js";
import { parseFences } from "./markdown.js";
import { type Page, readPages } from "./pages.js";
import { createPlayground } from "./playground.js";

/** Type-checks the TypeScript fences of pages as a user's strict project would; gives `page:line: message`. */
function checkTypes(pages: readonly Page[]): readonly string[] {
  using playground = createPlayground();
  const pageOf = new Map<string, string>();
  for (const { path, text } of pages) {
    for (const fence of parseFences(text).filter((each) => ["run-ts", "check-ts"].includes(kindOf(each)))) {
      // Blank lines before the code make the compiler's line the page's line.
      const code = `${"\n".repeat(fence.line)}${fence.code}\nexport {};\n`;
      pageOf.set(playground.write(`${path}.${fence.line}.ts`, code), path);
    }
  }
  const program = ts.createProgram([...pageOf.keys()], {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    typeRoots: [join(root, "node_modules/@types")],
    types: ["node"],
    skipLibCheck: true,
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file === undefined || start === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1;
    return `${pageOf.get(file?.fileName ?? "") ?? file?.fileName}:${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

test("the TypeScript of all pages compiles", { timeout: 60_000 }, () => {
  expect(checkTypes(readPages())).toEqual([]);
});

test("a type error in a fence is found with its line", { timeout: 60_000 }, () => {
  const text = 'text\n```ts check\nimport { errorCodes } from "drover";\nconst x: number = errorCodes;\n```\n';
  expect(checkTypes([{ path: "page.md", text }])).toEqual([expect.stringMatching(/^page\.md:4: .*not assignable/)]);
});
