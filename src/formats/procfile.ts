import { resolve } from "node:path";
import { isObject } from "../template/validate.js";
import { setCommandLine } from "./command-line.js";
import type { Entries, Format, Found, Scope, Verdict } from "./format.js";
import { readLines } from "./lines-document.js";
import { rule } from "./rule.js";

const line = /^([A-Za-z0-9_-]+)[ \t]*:[ \t]*(.*)$/;

/** A `Procfile` of foreman and its kin: a name, a colon and a command line for each process. */
export const procfile: Format = {
  name: "procfile",
  title: "Procfile",
  files: "Procfile, with .env beside it",
  relativeTo: "file",
  fileName: /^Procfile\b/,
  read: (text) => readLines(text, { line, expected: "NAME: COMMAND" }),
  detect,
  isLike: true,
  entries: listEntries,
  constants: [
    { to: "runOnStartup", value: true, why: "all processes are started together" },
    { to: "cwd", value: ".", why: "the directory of the Procfile" },
  ],
  rules: [
    rule("line", "text", "command, args", {
      note: "split into words; a line with | or $ is run by /bin/sh -c",
      apply: setCommandLine,
    }),
    rule("port", "text", "env.PORT", {
      note: "5000, 5100, … by its place in the file, unless .env or the environment has PORT",
      apply: setPort,
    }),
    rule("envFile", "text", "envFiles", { note: "`.env` beside the Procfile; read at each start", apply: setEnvFile }),
  ],
  documentRules: [],
};

/** YAML has such lines, too; only what a program can begin with is taken for a command. */
function detect(value: unknown): boolean {
  const lines = isObject(value) ? Object.values(value) : [];
  return lines.length > 0 && lines.every((text) => typeof text === "string" && /^[\w./$"'(~@-]/.test(text));
}

function listEntries(value: unknown, scope: Scope): Entries {
  const lines = Object.entries(isObject(value) ? value : {});
  const entries = lines.map(([key, text], index) => {
    return { path: [key], key, value: { line: text, port: String(100 * index), ...envFileOf(scope) } };
  });
  return { entries };
}

function envFileOf({ directory, exists }: Scope): { readonly envFile?: string } {
  const file = resolve(directory, ".env");
  return exists(file) ? { envFile: file } : {};
}

/** foreman gives each process a port of its own, counting from that of .env, or else of the environment. */
function setPort({ draft, scope, value, path }: Found): Verdict | undefined {
  const file = scope.readFile(resolve(scope.directory, ".env")) ?? "";
  const ofFile = /^\uFEFF?[ \t]*PORT[ \t]*=[ \t]*["']?(\d+)/m.exec(file)?.[1];
  const ofHost = /^\d+$/.exec(scope.env["PORT"] ?? "")?.[0];
  draft.set("env", { PORT: String(Number(ofFile ?? ofHost ?? firstPort) + Number(value)) }, path);
  if (ofFile !== undefined || ofHost === undefined) return undefined;
  return { outcome: "approximated", note: "counted from the PORT that the environment has right now" };
}

const firstPort = 5000;

function setEnvFile({ draft, value, path }: Found): undefined {
  draft.set("envFiles", [value], path);
}
