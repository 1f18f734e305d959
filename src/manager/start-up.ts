import { join } from "node:path";
import { filter, firstValueFrom, from, merge } from "rxjs";
import type { ManagedProcess } from "../process/managed-process.js";
import { templateExtensions } from "../template/encoding.js";
import type { ProcessTemplate } from "../template/process-template.js";

/** Whether a process is to run, or its schedule to be armed, as soon as there is a manager. */
export function startsWithManager({ enabled, runOnStartup }: ProcessTemplate): boolean {
  return enabled && runOnStartup;
}

/**
 * Starts a process nobody waits for. Resolves when it runs, ready or not, when it could not be started, and at once when it
 * has to wait for others: those may take for ever.
 */
export async function awaitFirstStep(process: ManagedProcess): Promise<void> {
  const start = process.commands.startUnasked();
  if (process.template.dependsOn.length > 0) return;
  const begun$ = process.status$.pipe(filter(({ lifecycle }) => lifecycle !== "initial" && lifecycle !== "starting"));
  await firstValueFrom(merge(from(start), begun$), { defaultValue: undefined });
}

/**
 * The template of a development run: files in its working directory are watched, unless it says itself what is. Template
 * files do not count, wherever they are: what has changed in them is the business of a reload.
 */
export function withFileWatch(template: ProcessTemplate, templateDir: string | undefined): ProcessTemplate {
  if (template.watch !== undefined || template.schedule !== undefined) return template;
  const files =
    templateDir === undefined ? [] : templateExtensions.map((extension) => join(templateDir, `*${extension}`));
  return Object.freeze({ ...template, watch: Object.freeze({ paths: ["."], ignore: files, debounceMs: 500 }) });
}
