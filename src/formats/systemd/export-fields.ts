import { resolve } from "node:path";
import type { ProcessTemplate } from "../../template/process-template.js";
import { type ExportRule, type Fate, kept, lost, lostAs, near, nearAs } from "../export-rule.js";
import { plainValue, variablesOfTemplate, whyNotPlain } from "../exported-env.js";
import { programOf, programRules } from "../exported-program.js";
import { listCpus } from "./cpu-list.js";
import { calendarOfCron } from "./cron-calendar.js";
import { systemdPolicyFields } from "./export-policies.js";
import { isAwaited, putDependencies } from "./order.js";
import { escapeSpecifiers, inOneLine, isPrefixed, quoteWord, wordsOfCommand } from "./text.js";
import { type PutUnit as Put, put, type Unit } from "./unit.js";

/** What becomes of each field of a template in a service unit, systemd.service(5). */
export function systemdExportFields(): readonly ExportRule<Unit>[] {
  return [
    kept("name", "the name of the file", sayName),
    kept("title", "Unit.Description", putTitle, "when there is no description"),
    kept("description", "Unit.Description", putDescription),
    near(
      "labels",
      "Unit.Documentation",
      "documentation, when it is made of addresses; a unit has no other labels",
      putLabels,
    ),
    near("enabled", "Install", "false: no [Install], but `systemctl start` starts it"),
    kept("runOnStartup", "Install.WantedBy"),
    kept(
      "dependsOn",
      "Unit.After, Unit.Requires, Unit.Wants",
      putDependencies,
      "what is waited for to its end is Type=oneshot",
    ),
    ...programRules<Unit>({ command: "Service.ExecStart", args: "Service.ExecStart" }, putProgram),
    kept("cwd", "Service.WorkingDirectory"),
    kept("env", "Service.Environment", putEnvironment, "a value that refers to variables is left out"),
    kept("envFiles", "Service.EnvironmentFile", putEnvFiles, "they win over Environment"),
    near("inheritEnv", "", "the service gets the small environment of systemd", sayEnvironment),
    ...lost<Unit>("requiredEnv", "systemd asks for no variables: ExecStartPre can, with test -n"),
    ...lost<Unit>("missingEnv", "systemd replaces nothing in values"),
    kept("detach", "", undefined, "a service belongs to no program"),
    ...systemdPolicyFields(),
    ...surroundingFields(),
  ];
}

function surroundingFields(): readonly ExportRule<Unit>[] {
  return [
    kept("runAs.user", "Service.User", ({ template, out }) => put(out, "User", template.runAs?.user)),
    kept("runAs.group", "Service.Group", ({ template, out }) => put(out, "Group", template.runAs?.group)),
    kept("nice", "Service.Nice", ({ template, out }) => put(out, "Nice", template.nice?.toString())),
    kept("affinity", "Service.CPUAffinity", putAffinity),
    ...lost<Unit>("affinity.delay", "the CPUs are set from the start"),
    kept("schedule.cron", "Timer.OnCalendar", putSchedule, "in a timer of its own"),
    kept("schedule.timezone", "Timer.OnCalendar"),
    near("schedule.overlap", "", "a run that is due while the last one is going is left out"),
    kept("schedule.maxDuration", "Service.RuntimeMaxSec", putMaxDuration),
    near("instances", "NAME@.service", "how they are started is told", putInstances),
    ...lost<Unit>("group", "write a target, and PartOf= in its services"),
    kept("logs.stdout", "Service.StandardOutput", ({ template, out }) => putStream("stdout", template, out)),
    kept("logs.stderr", "Service.StandardError", ({ template, out }) => putStream("stderr", template, out)),
    near(
      "logs.mode",
      "Service.StandardOutput, Service.StandardError",
      "DISCARD: null; else what is not in a file is in the journal",
    ),
    ...lost<Unit>("logs", "journald.conf(5) says how much is kept; for files there is logrotate(8)"),
    ...lost<Unit>("pidFile", "systemd knows the PID and writes it nowhere: `systemctl show -p MainPID`"),
    ...lost<Unit>("notify", "only a manager of drover tells changes: `journalctl -u` shows them"),
  ];
}

function sayName({ template: { name, instances } }: Put): Fate | undefined {
  const isTemplate = name.endsWith("@") && instances === 1;
  return isTemplate ? nearAs("a unit by this name is started with a word behind the @ only") : undefined;
}

function putTitle({ template: { title, description } }: Put): Fate | undefined {
  return title !== "" && description !== "" ? lostAs("a unit has one text for people: the description") : undefined;
}

function putDescription({ template: { description, title }, out }: Put): undefined {
  const about = [description, title].map(inOneLine).find((text) => text !== "");
  if (about !== undefined) out.unit.push(["Description", escapeSpecifiers(about)]);
}

function putLabels({ template: { labels }, out, tell }: Put): undefined {
  for (const [label, value] of Object.entries(labels)) {
    const isAddress = label === "documentation" && /^(?:(?:https?|file|info|man):\S+\s*)+$/.test(value);
    if (isAddress) out.unit.push(["Documentation", escapeSpecifiers(inOneLine(value))]);
    tell(`labels.${label}`, isAddress ? { outcome: "mapped" } : lostAs("a unit has no labels"));
  }
}

function putProgram({ template, out, all, tell }: Put): Fate | undefined {
  const { file, args } = programOf(template);
  const path = file.includes("/") ? resolve(template.cwd, file) : file;
  const awaited = isAwaited(template, all);
  put(out, "Type", awaited ? "oneshot" : "simple");
  // Its end is a state of its own, in which others do not start it again; a timer would not either.
  if (awaited && template.schedule === undefined) put(out, "RemainAfterExit", "yes");
  // A slash keeps a blank or a backslash from being the end of the line.
  const directory = put(out, "WorkingDirectory", template.cwd.replace(/[^\S\n\r]$|\\$/, "$&/"));
  if (directory !== undefined) tell("cwd", directory);
  out.service.push(["ExecStart", wordsOfCommand([path, ...args])]);
  if (isPrefixed(path)) return nearAs(`run by /bin/sh, as systemd has a meaning of its own for ${path.slice(0, 1)}`);
  if (path !== file) return nearAs(`${path}: a unit has no relative path`);
  return file.includes("/")
    ? undefined
    : nearAs(`systemd looks for ${file} in directories of its own: see systemd-path(1), or write its path`);
}

const isVariableName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);

function putEnvironment({ template, out, tell }: Put): undefined {
  for (const variable of variablesOfTemplate(template)) {
    const value = plainValue(variable);
    if (value === undefined) tell(`env.${variable.name}`, lostAs(whyNotPlain(variable, "systemd")));
    else if (!isVariableName(variable.name))
      tell(`env.${variable.name}`, lostAs("systemd takes names of letters, digits and _ only"));
    else out.service.push(["Environment", quoteWord(`${variable.name}=${value}`)]);
  }
}

function putEnvFiles({ template: { envFiles, env, cwd }, out }: Put): Fate | undefined {
  const fates = envFiles.map((file) => put(out, "EnvironmentFile", resolve(cwd, file)));
  const refused = fates.find((fate) => fate !== undefined);
  if (refused !== undefined) return refused;
  const isOverruled = envFiles.length > 0 && Object.keys(env).length > 0;
  return isOverruled ? nearAs("they win over Environment; in drover env wins over files") : undefined;
}

function sayEnvironment({ template: { inheritEnv }, tell }: Put): Fate | undefined {
  if (!inheritEnv) return { outcome: "mapped" };
  tell("inheritEnv", nearAs("the service gets the small environment of systemd: write what it needs into env"));
  return undefined;
}

function putAffinity({ template: { affinity }, out }: Put): undefined {
  if (affinity === undefined) return;
  const { cpus } = affinity;
  put(out, "CPUAffinity", "list" in cpus && !cpus.list.includes(":") ? cpus.list : listCpus(cpus).join(","));
}

function putStream(stream: "stdout" | "stderr", { logs, cwd }: ProcessTemplate, out: Unit): Fate | undefined {
  const key = stream === "stdout" ? "StandardOutput" : "StandardError";
  if (logs.mode === "DISCARD") return put(out, key, "null");
  if (logs.mode === "INHERIT" || logs[stream] === undefined) return undefined;
  return put(out, key, `append:${resolve(cwd, logs[stream])}`);
}

function putSchedule({ template: { schedule }, out }: Put): Fate | undefined {
  if (schedule === undefined) return undefined;
  const times = calendarOfCron(schedule.cron, schedule.timezone);
  if (times === undefined)
    return lostAs(`systemd has no such times as ${schedule.cron}: write a timer by hand, systemd.time(7)`);
  for (const each of times) out.timer.push(["OnCalendar", each]);
  out.timer.push(["AccuracySec", "1s"]);
  return undefined;
}

function putMaxDuration({ template: { schedule }, out }: Put): undefined {
  if (schedule?.maxDurationMs !== undefined) put(out, "RuntimeMaxSec", `${schedule.maxDurationMs}ms`);
}

function putInstances({ template: { name, instances }, out }: Put): Fate | undefined {
  if (instances === 1) return undefined;
  // The specifier for the part of the unit's name behind the @, systemd.unit(5).
  out.service.push(["Environment", '"DROVER_INSTANCE=%i"']);
  const units = Array.from({ length: Math.min(instances, 3) }, (_, index) => `${name}@${index + 1}`).join(" ");
  return nearAs(`start each by its number: systemctl enable --now ${units}${instances > 3 ? " …" : ""}`);
}
