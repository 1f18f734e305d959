import type { Command } from "commander";
import { exportFormats } from "../formats/export-formats.js";
import type { ExportFlags } from "./export.js";
import { addForeignOptions } from "./foreign-flags.js";
import type { ImportFlags } from "./import.js";
import type { OnExit } from "./on-exit.js";
import type { Terminal } from "./terminal.js";

/** The commands that take processes over from other systems. */
export function addFormatCommands(program: Command, terminal: Terminal, onExit: OnExit): void {
  const command = program
    .command("import")
    .description("turn another system's file into templates, and tell what became of each field")
    .argument("<file>", "file of the other system; nothing in it is run unless --allow-js says so");
  addForeignOptions(command)
    .option("--write <dir>", "write the templates into this directory")
    .option("--strict", "a field that cannot be kept is an error, and nothing is written")
    .option("--json", "the result as one JSON document")
    .addHelpText("after", importHelp)
    .action(async (file: string, flags: ImportFlags) => {
      const { runImport } = await import("./import.js");
      onExit(await runImport(file, flags, terminal));
    });
  addExport(program, terminal, onExit);
}

function addExport(program: Command, terminal: Terminal, onExit: OnExit): void {
  const command = program
    .command("export")
    .description("write templates as files of another system, and tell what cannot be kept")
    .argument("[name...]", "names of templates (default: all of them)")
    .requiredOption("--to <format>", `the other system: ${exportFormats.join(", ")}`)
    .option("--template-dir <dir>", "directory of template files", "templates")
    .option("--config <file>", "a configuration file, or the file of another system, in place of the directory");
  addForeignOptions(command)
    .option("--image <image>", "container image of the processes, for kubernetes")
    .option("--write <dir>", "write the files into this directory; when one exists, none is written")
    .option("--strict", "a field that cannot be kept is an error, and nothing is written")
    .option("--json", "files and report as one JSON document")
    .addHelpText("after", exportHelp)
    .action(async (names: string[], flags: ExportFlags) => {
      const { runExport } = await import("./export.js");
      onExit(await runExport(names, flags, terminal));
    });
}

const importHelp = `
Each field is mapped (means the same), approximated (how is told) or dropped (why is told). A bad process is an error with its
line; the good ones are imported. Exits with 2 when there is an error, or something dropped with --strict.

Examples:
  drover import processes.yaml
  drover import pb_processes.json --write templates && drover up
  drover import ecosystem.config.js --allow-js
`;

const exportHelp = `
Examples:
  drover export --to process-compose --write .
  drover export web worker --to systemd --write units
  drover export --config ecosystem.json --to systemd --write units
  drover export --to kubernetes --image registry.example/web:1 | kubectl apply -f -
`;
