/** Whether a file is a program by its name. */
export function isProgram(path: string): boolean {
  return /\.[cm]?js$/.test(path);
}
