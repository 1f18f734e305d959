import { describe, expect, test } from "vitest";
import type { TemplateOptions } from "../../src/index.js";
import { planReload } from "../../src/manager/reload-plan.js";
import { templateFromOptions } from "../../src/template/from-options.js";
import type { ProcessTemplate } from "../../src/template/process-template.js";

const templateOf = (options: TemplateOptions, command = "app"): ProcessTemplate =>
  templateFromOptions("web", command, options, { cwd: "/" });

function planOf(before: ProcessTemplate | undefined, after: ProcessTemplate | undefined, isUp: boolean) {
  const mapOf = (template: ProcessTemplate | undefined) => new Map(template === undefined ? [] : [["web", template]]);
  const [item] = planReload({ present: mapOf(before), next: mapOf(after), up: new Set(isUp ? ["web"] : []) });
  return item;
}

const health = { tcp: { port: 1 } };

describe("a change of", () => {
  const inPlace: Readonly<Record<string, TemplateOptions>> = {
    title: { title: "Web" },
    description: { description: "the site" },
    labels: { labels: { team: "a" } },
    runOnStartup: { runOnStartup: true },
    notify: { notify: true },
    restart: { restart: { mode: "ALWAYS" } },
    stop: { stop: { gracePeriod: "1s" } },
    startTimeout: { startTimeout: "1s" },
    readiness: { readiness: health },
    liveness: { liveness: health },
    watch: { watch: { paths: ["."] } },
    limits: { limits: { maxMemory: "1GiB" } },
    group: { group: "site" },
    dependsOn: { dependsOn: [{ name: "db" }] },
    logs: { logs: { maxSize: "1MiB" } },
  };
  test.each(Object.entries(inPlace))("%s comes into force without a new run", (field, options) => {
    expect(planOf(templateOf({}), templateOf(options), true)).toEqual({
      name: "web",
      action: "update",
      changes: [field],
    });
  });

  const anew: Readonly<Record<string, TemplateOptions>> = {
    args: { args: ["--fast"] },
    shell: { shell: true },
    cwd: { cwd: "/tmp" },
    env: { env: { A: "1" } },
    envFiles: { envFiles: [".env"] },
    inheritEnv: { inheritEnv: false },
    requiredEnv: { requiredEnv: ["HOME"] },
    missingEnv: { missingEnv: "EMPTY" },
    runAs: { runAs: { user: "nobody" } },
    detach: { detach: true },
    affinity: { affinity: { list: "0" } },
    nice: { nice: 5 },
    pidFile: { pidFile: "web.pid" },
    logs: { logs: { stdout: "out.log" } },
    readiness: { readiness: { unix: { path: "web.sock" } } },
  };
  test.each(Object.entries(anew))("%s needs a new run of what is up, and nothing of what is not", (field, options) => {
    const item = { name: "web", changes: [field] };
    expect(planOf(templateOf({}), templateOf(options), true)).toEqual({ ...item, action: "restart" });
    expect(planOf(templateOf({}), templateOf(options), false)).toEqual({ ...item, action: "update" });
  });

  test("the program is named by the fields of the template", () => {
    expect(planOf(templateOf({}), templateOf({}, "other"), true)?.changes).toEqual(["command"]);
    const script: ProcessTemplate = {
      ...templateOf({}),
      program: { kind: "script", script: "app.py", interpreter: "auto" },
    };
    const changes = planOf(templateOf({}), script, true)?.changes;
    expect(new Set(changes)).toEqual(new Set(["command", "shell", "script", "interpreter"]));
  });

  test("enabled stops, and lets run again what is marked", () => {
    const disabled = templateOf({ enabled: false });
    expect(planOf(templateOf({}), disabled, true)).toMatchObject({ action: "stop", changes: ["enabled"] });
    expect(planOf(templateOf({ title: "x" }), disabled, true)?.changes).toEqual(["title", "enabled"]);
    expect(planOf(disabled, templateOf({}), false)).toMatchObject({ action: "update", changes: ["enabled"] });
  });

  test("several fields names all of them", () => {
    const after = templateOf({ title: "x", args: ["-v"], group: "g" });
    expect(planOf(templateOf({}), after, true)).toEqual({
      name: "web",
      action: "restart",
      changes: ["title", "args", "group"],
    });
  });

  test("nothing is nothing, however deep", () => {
    const options: TemplateOptions = { env: { A: "1" }, restart: { mode: "ALWAYS" }, readiness: health };
    expect(planOf(templateOf(options), templateOf(options), true)).toEqual({
      name: "web",
      action: "unchanged",
      changes: [],
    });
  });
});

test("every field of a template is either of a run or changed in place", () => {
  const template = templateOf({});
  for (const field of Object.keys(template)) {
    if (field === "name" || field === "enabled" || field === "program") continue;
    const after = { ...template, [field]: field === "logs" ? { ...template.logs, maxFiles: 99 } : "changed" };
    expect(planOf(template, after as ProcessTemplate, true)?.action).toMatch(/^(restart|update)$/);
  }
});

test("new ones are created, those that are gone are stopped, in the order of the files", () => {
  const one = templateOf({});
  const present = new Map(["gone", "kept"].map((name) => [name, { ...one, name }]));
  const next = new Map(["kept", "fresh"].map((name) => [name, { ...one, name }]));
  expect(planReload({ present, next, up: new Set() })).toEqual([
    { name: "kept", action: "unchanged", changes: [] },
    { name: "fresh", action: "create", changes: [] },
    { name: "gone", action: "stop", changes: ["removed"] },
  ]);
});
