import type { Command } from "commander";

/** What is typed to reach a command, such as `drover ps list`. */
export function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** A help text with examples of `drover`, which in the program of somebody else are examples of that. */
export function helpOf(text: string): (context: { readonly command: Command }) => string {
  return ({ command }) => {
    const path = command.parent === null ? "drover" : pathOf(command.parent);
    return path.split(" ")[0] === "drover" ? text : text.replaceAll(/^ {2}drover /gm, `  ${path} `);
  };
}
