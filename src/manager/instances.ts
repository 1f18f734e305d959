import type { ProcessTemplate } from "../template/process-template.js";

/** One of the processes made from a template. */
export interface Instance {
  readonly template: ProcessTemplate;
  /** Its number, from 1. */
  readonly instance: number;
  /** Name of the template as it stands in its file. */
  readonly family: string;
}

/** The processes a template asks for: itself, or with several instances `name-1` to `name-n`. */
export function instancesOf(template: ProcessTemplate): readonly Instance[] {
  if (template.instances === 1) return [{ template, instance: 1, family: template.name }];
  return Array.from({ length: template.instances }, (_none, index) => instanceOf(template, index + 1));
}

/** The process with this number, under a name of its own. */
export function instanceOf(template: ProcessTemplate, instance: number): Instance {
  const { name: family } = template;
  return { template: Object.freeze({ ...template, name: `${family}-${instance}` }), instance, family };
}
