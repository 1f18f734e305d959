import { readFileSync } from "node:fs";

/** Shells that can complete command lines of drover. */
export const completionShells = ["bash", "zsh", "fish"] as const;

export type CompletionShell = (typeof completionShells)[number];

/** What makes a shell complete command lines of drover; its first line says how to use it. */
export function readCompletionScript(shell: CompletionShell): string {
  return readFileSync(new URL(`../../completions/drover.${shell}`, import.meta.url), "utf8");
}
