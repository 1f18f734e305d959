import type { Command } from "commander";
import type { ImportFlags } from "./import.js";
import type { OnExit } from "./on-exit.js";
import type { Terminal } from "./terminal.js";

/** The commands that take processes over from other systems. */
export function addFormatCommands(program: Command, terminal: Terminal, onExit: OnExit): void {
  program
    .command("import")
    .description("turn another system's file into templates, and tell what became of each field")
    .argument("<file>", "file of the other system; nothing in it is run")
    .option("--from <format>", "which system it is of (default: told by its content)")
    .option("--write <dir>", "write the templates into this directory")
    .option("--strict", "a field that cannot be kept is an error, and nothing is written")
    .option("--json", "the result as one JSON document")
    .addHelpText("after", importHelp)
    .action(async (file: string, flags: ImportFlags) => {
      const { runImport } = await import("./import.js");
      onExit(await runImport(file, flags, terminal));
    });
}

const importHelp = `
Each field is mapped (means the same), approximated (how is told) or dropped (why is told). A bad process is an error with its
line; the good ones are imported. Exits with 2 when there is an error, or something dropped with --strict.

Examples:
  drover import processes.yaml
  drover import pb_processes.json --write templates && drover up
`;
