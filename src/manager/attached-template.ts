import type { AttachedChild } from "../os/os.js";
import { templateFromOptions } from "../template/from-options.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { AttachOptions } from "./process-manager.js";

/**
 * The template of a process somebody else has started: what the options say, else what the kernel shows of it. A later
 * start runs this.
 */
export function attachedTemplate(
  name: string,
  child: AttachedChild,
  options: AttachOptions,
  hostCwd: string,
): ProcessTemplate {
  const { template: _written, command, args, ...fields } = options;
  // A kernel thread has no command line.
  const [program = child.kernelStatus()?.name ?? String(child.identity.pid), ...shownArgs] = child.commandLine;
  const usedArgs = args ?? (command === undefined ? shownArgs : []);
  const cwd = child.workingDirectory ?? hostCwd;
  return templateFromOptions(name, command ?? program, { ...fields, args: usedArgs }, { cwd });
}
