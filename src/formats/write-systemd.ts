import { existsSync } from "node:fs";
import { parseEnvValue } from "../template/env-reference.js";
import { resolveProgram } from "../template/interpreter.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { ExportedFile, Kept } from "./exported.js";

type Lines = [key: string, value: string][];

/** A service unit for each template. */
export function writeSystemd(templates: readonly ProcessTemplate[]): {
  readonly files: readonly ExportedFile[];
  readonly kept: readonly Kept[];
} {
  const units = templates.map(describeUnit);
  const files = templates.map(({ name }, index) => ({ name: `${name}.service`, text: units[index]?.text ?? "" }));
  return { files, kept: units.map(({ kept }) => kept) };
}

function describeUnit(template: ProcessTemplate): { readonly text: string; readonly kept: Kept } {
  const kept = new Map<string, { readonly to: string; readonly note?: string }>([["name", { to: "the file's name" }]]);
  const sections: readonly (readonly [string, Lines])[] = [
    ["Unit", [...aboutUnit(template, kept), ...limits(template, kept)]],
    ["Service", [...program(template, kept), ...policies(template, kept), ...surroundings(template, kept)]],
    ["Install", template.runOnStartup ? [["WantedBy", "multi-user.target"]] : []],
  ];
  kept.set("runOnStartup", { to: "Install.WantedBy" });
  const texts = sections
    .filter(([, lines]) => lines.length > 0)
    .map(([name, lines]) => {
      return `[${name}]\n${lines.map(([key, value]) => `${key}=${value}\n`).join("")}`;
    });
  return { text: texts.join("\n"), kept };
}

type Keep = Map<string, { readonly to: string; readonly note?: string }>;

/** A backslash at the end would go on with the next line, systemd.syntax(7). */
function inOneLine(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\s\\]+$/, "")
    .trim();
}

function aboutUnit({ title, description, name, dependsOn }: ProcessTemplate, kept: Keep): Lines {
  kept.set("description", { to: "Unit.Description" });
  if (description === "") kept.set("title", { to: "Unit.Description" });
  const units = dependsOn.map((dependency) => `${dependency.name}.service`).join(" ");
  if (units !== "")
    kept.set("dependsOn", { to: "Unit.After, Unit.Requires", note: "systemd waits for the start only" });
  const after: Lines =
    units === ""
      ? []
      : [
          ["After", units],
          ["Requires", units],
        ];
  const about = [description, title, name].map(inOneLine).find((text) => text !== "") ?? name;
  return [["Description", escapeSpecifiers(about)], ...after];
}

function limits({ restart }: ProcessTemplate, kept: Keep): Lines {
  kept.set("restart.maxRestarts", { to: "Unit.StartLimitBurst" });
  kept.set("restart.resetAfter", { to: "Unit.StartLimitIntervalSec" });
  if (restart.maxRestarts === "unlimited") return [["StartLimitIntervalSec", "0"]];
  return [
    ["StartLimitBurst", String(restart.maxRestarts)],
    ["StartLimitIntervalSec", `${restart.resetAfterMs}ms`],
  ];
}

function program(template: ProcessTemplate, kept: Keep): Lines {
  const { file, args } = resolveProgram(template, { exists: existsSync });
  for (const field of ["command", "args", "shell"]) kept.set(field, { to: "Service.ExecStart" });
  const note = `run by ${file}, as is right now`;
  for (const field of ["script", "interpreter"]) kept.set(field, { to: "Service.ExecStart", note });
  kept.set("cwd", { to: "Service.WorkingDirectory" });
  return [
    ["Type", "simple"],
    ["WorkingDirectory", escapeSpecifiers(template.cwd)],
    ["ExecStart", [file, ...args].map((word) => quote(word.replaceAll("$", "$$$$"))).join(" ")],
    ...environment(template, kept),
  ];
}

function environment({ env, envFiles, cwd }: ProcessTemplate, kept: Keep): Lines {
  const lines: Lines = [];
  const left: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    const parsed = parseEnvValue(value);
    const parts = "parts" in parsed ? parsed.parts : [];
    if (parts.every((part) => typeof part === "string"))
      lines.push(["Environment", quote(`${name}=${parts.join("")}`)]);
    else left.push(name);
  }
  const note = `systemd replaces nothing in values: ${left.join(", ")} left out`;
  kept.set("env", left.length === 0 ? { to: "Service.Environment" } : { to: "Service.Environment", note });
  kept.set("envFiles", { to: "Service.EnvironmentFile" });
  const at = (file: string): string => (file.startsWith("/") ? file : `${cwd}/${file}`);
  return [...lines, ...envFiles.map((file): [string, string] => ["EnvironmentFile", escapeSpecifiers(at(file))])];
}

const modes = { NEVER: "no", ON_FAILURE: "on-failure", ALWAYS: "always" } as const;

function policies({ restart, stop }: ProcessTemplate, kept: Keep): Lines {
  const { initialMs, maxMs, multiplier } = restart.backoff;
  kept.set("restart.mode", { to: "Service.Restart" });
  const isConstant = multiplier === 1 || initialMs === maxMs;
  kept.set("restart.backoff", { to: "Service.RestartSec", ...(!isConstant && { note: "always the first delay" }) });
  kept.set("restart.successExitCodes", { to: "Service.SuccessExitStatus" });
  kept.set("stop.signal", { to: "Service.KillSignal" });
  kept.set("stop.gracePeriod", { to: "Service.TimeoutStopSec" });
  const codes = restart.successExitCodes.filter((code) => code !== 0);
  return [
    ["Restart", modes[restart.mode]],
    ["RestartSec", `${initialMs}ms`],
    ...(codes.length === 0 ? [] : ([["SuccessExitStatus", codes.join(" ")]] as Lines)),
    ["KillSignal", stop.signal],
    ["TimeoutStopSec", `${stop.gracePeriodMs}ms`],
  ];
}

function surroundings({ runAs, nice, affinity, logs }: ProcessTemplate, kept: Keep): Lines {
  const given: readonly (readonly [string, string, string | undefined])[] = [
    ["runAs.user", "User", runAs?.user],
    ["runAs.group", "Group", runAs?.group],
    ["nice", "Nice", nice === undefined ? undefined : String(nice)],
    [
      "affinity.list",
      "CPUAffinity",
      affinity !== undefined && "list" in affinity.cpus ? affinity.cpus.list : undefined,
    ],
    ["logs.stdout", "StandardOutput", logs.stdout?.startsWith("/") === true ? `append:${logs.stdout}` : undefined],
    ["logs.stderr", "StandardError", logs.stderr?.startsWith("/") === true ? `append:${logs.stderr}` : undefined],
  ];
  return given.flatMap(([field, key, value]): Lines => {
    if (value === undefined) return [];
    kept.set(field, { to: `Service.${key}` });
    return [[key, escapeSpecifiers(value)]];
  });
}

/** A word of a unit: in quotes, with the escapes of systemd.syntax(7). */
function quote(word: string): string {
  const escaped = escapeSpecifiers(word).replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
  return `"${escaped}"`;
}

function escapeSpecifiers(text: string): string {
  return text.replaceAll("%", "%%");
}
