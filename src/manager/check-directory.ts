import type { ProcessTemplate } from "../template/process-template.js";
import { type LoadedTemplate, type LoadedTemplates, TemplateError } from "../template/store.js";
import { describeCycle } from "./dependency-gate.js";
import { findCycles } from "./dependency-graph.js";
import { instancesOf } from "./instances.js";

/** The templates of a directory, and what is wrong with how they go together. */
export interface CheckedDirectory extends LoadedTemplates {
  /** Worth a look, and perhaps as it should be. */
  readonly warnings: readonly TemplateError[];
}

/**
 * For a check of a whole directory before it is used. Errors: names that clash and dependencies that go in a circle.
 * Warnings: dependencies on processes no template of the directory makes; the host program may make them.
 */
export function checkDirectory(loaded: LoadedTemplates): CheckedDirectory {
  const { templates, errors } = withoutClashes(loaded);
  return { templates, errors: [...errors, ...circles(templates)], warnings: unknownDependencies(templates) };
}

/**
 * Leaves out, with an error each, the templates that would make a process of a name an earlier one has: with several
 * instances a template takes the names `name-1` to `name-n` beside its own.
 */
export function withoutClashes({ templates, errors }: LoadedTemplates): LoadedTemplates {
  const owners = new Map<string, LoadedTemplate>();
  const kept: LoadedTemplate[] = [];
  const clashes: TemplateError[] = [];
  for (const loaded of templates) {
    const names = namesOf(loaded.template);
    const taken = names.find((name) => owners.has(name));
    const owner = owners.get(taken ?? "");
    if (taken === undefined || owner === undefined) {
      kept.push(loaded);
      for (const name of names) owners.set(name, loaded);
    } else clashes.push(clash(loaded, taken, owner));
  }
  return { templates: kept, errors: [...errors, ...clashes] };
}

function namesOf(template: ProcessTemplate): readonly string[] {
  return [template.name, ...instancesOf(template).map(({ template: { name } }) => name)];
}

function clash({ template, file }: LoadedTemplate, name: string, owner: LoadedTemplate): TemplateError {
  const whose = `the template "${owner.template.name}" with ${owner.template.instances} instances in ${owner.file}`;
  const message = `the name "${name}" is already used by ${whose}`;
  const field = template.name === name || template.instances === 1 ? "name" : "instances";
  return new TemplateError(file, { path: [field], at: "value", message, fix: "rename one of the two" });
}

function circles(templates: readonly LoadedTemplate[]): readonly TemplateError[] {
  const byName = new Map(templates.map((loaded) => [loaded.template.name, loaded]));
  const families = familiesOf(templates);
  const dependenciesOf = (name: string): readonly string[] =>
    (byName.get(name)?.template.dependsOn ?? []).flatMap((dependency) => families.get(dependency.name) ?? []);
  return findCycles([...byName.keys()], dependenciesOf).map((cycle) => {
    const file = byName.get(cycle[0] ?? "")?.file ?? "";
    return new TemplateError(file, { path: [], at: "value", message: describeCycle(cycle) });
  });
}

function unknownDependencies(templates: readonly LoadedTemplate[]): readonly TemplateError[] {
  const families = familiesOf(templates);
  return templates.flatMap(({ template, file }) =>
    template.dependsOn.flatMap(({ name }, index) => {
      if (families.has(name)) return [];
      const message = `${template.name} depends on "${name}", of which there is no template here`;
      const fix = "add one, or make that process in code";
      return [new TemplateError(file, { path: ["dependsOn", index, "name"], at: "value", message, fix })];
    }),
  );
}

/** The template that makes the processes meant by a name: its own, or that of an instance. */
function familiesOf(templates: readonly LoadedTemplate[]): ReadonlyMap<string, string> {
  return new Map(templates.flatMap(({ template }) => namesOf(template).map((name) => [name, template.name])));
}
