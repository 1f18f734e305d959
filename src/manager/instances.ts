import type { ProcessTemplate } from "../template/process-template.js";

/** One of the processes made from a template. */
export interface Instance {
  readonly template: ProcessTemplate;
  /** Its number, from 1. */
  readonly instance: number;
  /** Name of the template as it stands in its file. */
  readonly family: string;
}

/**
 * The processes a template asks for: itself, or with several instances `name-1` to `name-n`. Scaled to another `count`,
 * the template of one process keeps it under its plain name, and the others are `name-2` and so on.
 */
export function instancesOf(template: ProcessTemplate, count = template.instances): readonly Instance[] {
  const scaled = count === template.instances ? template : { ...template, instances: count };
  return Array.from({ length: count }, (_none, index) =>
    index === 0 && template.instances === 1
      ? { template, instance: 1, family: template.name }
      : instanceOf(index === 0 ? template : scaled, index + 1),
  );
}

/** The process with this number, under a name of its own. */
export function instanceOf(template: ProcessTemplate, instance: number): Instance {
  const { name: family } = template;
  return { template: Object.freeze({ ...template, name: `${family}-${instance}` }), instance, family };
}

/** What a process was made as, by its own template, as a record keeps it. */
export function memberOf({ name, instances }: ProcessTemplate): Omit<Instance, "template"> {
  const [, family, instance] = instances === 1 ? [] : (/^(.+)-([1-9]\d*)$/.exec(name) ?? []);
  return family === undefined ? { family: name, instance: 1 } : { family, instance: Number(instance) };
}
