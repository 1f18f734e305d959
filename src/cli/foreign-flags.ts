import { isProgram } from "../formats/is-program.js";

/** How the file of another system is read. */
export interface ForeignFlags {
  /** Name of the format; left out, it is told by the content. */
  readonly from?: string | undefined;
  /** Which set of variables is chosen, where the system has several. */
  readonly environment?: string | undefined;
  /** Whether a file of JavaScript may be evaluated. */
  readonly allowJs?: boolean | undefined;
}

/** Whether a file is to be evaluated, and not only read. */
export function isEvaluated(file: string, { allowJs }: ForeignFlags): boolean {
  return allowJs === true && isProgram(file);
}
