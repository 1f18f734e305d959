import "../load-library.js";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createProcessManager, type TemplateOptions } from "../../src/index.js";
import { checkDirectory } from "../../src/manager/check-directory.js";
import { templateFromOptions } from "../../src/template/from-options.js";
import type { LoadedTemplates } from "../../src/template/store.js";
import { FakeOs } from "../../src/testing/fake-os.js";
import { tempDir } from "../repo/temp-dir.js";

const loadedOf = (templates: Readonly<Record<string, TemplateOptions>>): LoadedTemplates => ({
  templates: Object.entries(templates).map(([name, options]) => ({
    template: templateFromOptions(name, "app", options, { cwd: "/" }),
    file: `templates/${name}.json`,
  })),
  errors: [],
});

const on = (...names: readonly string[]): TemplateOptions => ({ dependsOn: names.map((name) => ({ name })) });

describe("a directory of templates", () => {
  test("that go together has nothing to tell", () => {
    const checked = checkDirectory(
      loadedOf({ web: on("api"), api: { ...on("db"), instances: 2 }, db: {}, x: on("api-2") }),
    );
    expect(checked).toMatchObject({ errors: [], warnings: [] });
    expect(checked.templates).toHaveLength(4);
  });

  test("has an error for each circle, with its names, also through instances", () => {
    const { errors } = checkDirectory(
      loadedOf({ a: on("b"), b: on("c"), c: on("b"), d: on("e-2"), e: { ...on("d"), instances: 2 } }),
    );
    expect(errors.map(String)).toEqual([
      "templates/b.json: dependsOn goes in a circle: b → c → b; remove one of these dependencies",
      "templates/d.json: dependsOn goes in a circle: d → e → d; remove one of these dependencies",
    ]);
  });

  test("has a warning for each dependency that is not there", () => {
    const { errors, warnings } = checkDirectory(
      loadedOf({ web: on("api", "bd"), api: { instances: 2 }, db: on("api-3") }),
    );
    expect(errors).toEqual([]);
    expect(warnings.map(String)).toEqual([
      'templates/web.json: dependsOn[1].name: web depends on "bd", of which there is no template here; add one, or make that process in code',
      'templates/db.json: dependsOn[0].name: db depends on "api-3", of which there is no template here; add one, or make that process in code',
    ]);
  });

  test("has an error for names that clash with those of instances, and keeps the first", () => {
    const { templates, errors } = checkDirectory(loadedOf({ web: { instances: 3 }, "web-2": {}, "web-4": {} }));
    expect(templates.map(({ template: { name } }) => name)).toEqual(["web", "web-4"]);
    expect(errors.map(String)).toEqual([
      'templates/web-2.json: name: the name "web-2" is already used by the template "web" with 3 instances in templates/web.json; rename one of the two',
    ]);
    const other = checkDirectory(loadedOf({ "web-2": {}, web: { instances: 3 } }));
    expect(other.errors.map(String)[0]).toMatch(/^templates\/web\.json: instances: the name "web-2" is already used/);
  });

  test("of which one clashes starts the others all the same", async () => {
    using dir = tempDir();
    const write = (name: string, fields: object): void =>
      writeFileSync(
        join(dir.path, `${name}.json`),
        JSON.stringify({ name, command: "app", runOnStartup: true, ...fields }),
      );
    write("web", { instances: 2 });
    write("web-2", {});
    write("other", {});
    const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const os = new FakeOs({ programs: { app: () => undefined } });
    await using manager = await createProcessManager({ os, logger, templateDir: dir.path });
    expect(manager.getAllProcesses().map(({ name }) => name)).toEqual(["other", "web-2"]);
    expect(manager.templateErrors.map(String)).toEqual([expect.stringContaining('the name "web-2" is already used')]);
    expect(os.processes).toHaveLength(2);
  });
});
