/** Whether a file is JavaScript by its name: Node can run it as it is. */
export function isJavaScript(file: string): boolean {
  return /\.[cm]?js$/.test(file);
}

/** TypeScript has no other use in files of process managers than being a program; JavaScript is left to who asks for it. */
export function isTypeScript(file: string): boolean {
  return /\.(?:[cm]?ts|tsx)$/.test(file);
}

/** Whether a file is a program by its name. */
export function isProgram(file: string): boolean {
  return isJavaScript(file) || isTypeScript(file) || file.endsWith(".jsx");
}
