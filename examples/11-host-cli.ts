// A program with a command line of its own, which gets `ps list`, `ps stop` and the others for the processes of its manager.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { psCommand } from "drover/cli";

// Yours is a fixed one, such as ~/.shop.
const stateDir = mkdtempSync(join(tmpdir(), "drover-host-cli-"));
const drover = fileURLToPath(new URL("./cli/main.js", import.meta.resolve("drover")));
const manage = (...args: readonly string[]): void => {
  execFileSync(process.execPath, [drover, ...args, "--state-dir", stateDir]);
};

const program = new Command("shop").description("Runs a shop.");
const templateDir = join(import.meta.dirname, "templates");
program.command("open").action(() => manage("up", "--detach", "--template-dir", templateDir));
program.command("close").action(() => manage("down"));
program.addCommand(psCommand({ stateDir }));

// What a shell would do with `shop open`, then `shop ps start ticker`, and so on.
const type = async (line: string): Promise<unknown> => await program.parseAsync(line.split(" "), { from: "user" });
await type("open");
await type("ps start ticker");
await type("ps list");
await type("ps stop ticker");
console.log(`the program goes on; exit code ${process.exitCode}`); // a command never ends it
await type("close");

rmSync(stateDir, { recursive: true });
