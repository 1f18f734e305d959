import { constants } from "node:os";
import { type Exporting, type ExportRule, type Fate, kept, lost, lostAs, near, nearAs } from "../export-rule.js";
import { firstDelayMs, isConstant, roundedNote, wholeSeconds } from "../exported-amounts.js";
import { referencesOf, variablesOfTemplate } from "../exported-env.js";
import { programOf, programRules } from "../exported-program.js";
import { putLiveness, putReadiness } from "./export-probes.js";
import { escapeDollars, plainText, shellLine, variableLine } from "./export-text.js";
import { putLogs, putWatch, rotationSayer } from "./files.js";
import { putDependencies, putDisabled } from "./order.js";

/** A process of process-compose in the making. */
export type ComposeProcess = Record<string, unknown>;

type Put = Exporting<ComposeProcess>;

/** What becomes of each field of a template in a process of process-compose. */
export function composeExportFields(): readonly ExportRule<ComposeProcess>[] {
  return [
    kept("name", "the key"),
    kept("title", "description", sayTitle, "when there is no description"),
    kept("description", "description", putDescription),
    ...lost<ComposeProcess>("labels", "process-compose has no labels"),
    near("enabled", "disabled", "disabled, but it can be started by hand"),
    kept("runOnStartup", "disabled", putDisabled, "disabled, unless something that is started depends on it"),
    ...programRules<ComposeProcess>({ command: "entrypoint", args: "entrypoint" }, putProgram),
    kept("cwd", "working_dir", ({ template, out }) => set(out, "working_dir", plainText(template.cwd))),
    kept("env", "environment", putEnvironment, "references and plain defaults are replaced when the file is read"),
    kept("envFiles", "env_file", putEnvFiles, "one file"),
    ...lost<ComposeProcess>(
      "inheritEnv",
      "the environment of process-compose is always handed on: put env -i before the command",
    ),
    ...lost<ComposeProcess>("requiredEnv", "process-compose asks for no variables"),
    near("missingEnv", "", "what does not exist is an empty text", sayMissing),
    ...lost<ComposeProcess>("runAs", "process-compose runs all as its own user: put sudo -u before the command"),
    ...lost<ComposeProcess>(
      "detach",
      "a process ends with process-compose: is_daemon is for programs that detach themselves",
    ),
    ...policyFields(),
    ...surroundingFields(),
  ];
}

function policyFields(): readonly ExportRule<ComposeProcess>[] {
  return [
    kept("restart.mode", "availability.restart", putRestart),
    kept("restart.maxRestarts", "availability.max_restarts"),
    near("restart.backoff", "availability.backoff_seconds", "always the first delay, in whole seconds", putDelay),
    near("restart.resetAfter", "", "restarts are counted for good", sayReset),
    kept("restart.successExitCodes", "success_exit_codes", putSuccess, "0 always is one"),
    ...lost<ComposeProcess>("restart.retryAfterGivingUp", "process-compose stays with it"),
    kept("stop.signal", "shutdown.signal", putStop),
    kept(
      "stop.gracePeriod",
      "shutdown.timeout_seconds",
      ({ template }) => rounded(template.stop.gracePeriodMs),
      "whole seconds",
    ),
    near("stop.command", "shutdown.command", "the signal is not sent after it"),
    near("startTimeout", "readiness_probe.failure_threshold", "as many failures as fit into it", sayStartTimeout),
    kept(
      "readiness",
      "readiness_probe, ready_log_line",
      putReadiness,
      "by HTTP, a program, a line of the output; others by the shell",
    ),
    kept("liveness", "liveness_probe", putLiveness, "by HTTP or a program; others by the shell"),
    near("watch", "watch", "globs as process-compose reads them, and a list of its own of what is left out", putWatch),
    ...lost<ComposeProcess>("limits", "process-compose limits nothing: put ulimit or systemd-run before the command"),
  ];
}

function surroundingFields(): readonly ExportRule<ComposeProcess>[] {
  return [
    ...lost<ComposeProcess>("affinity", "process-compose sets no CPUs: put taskset before the command"),
    ...lost<ComposeProcess>("nice", "process-compose sets no priority: put nice before the command"),
    kept("schedule.cron", "schedule.cron", putSchedule, "five fields"),
    kept("schedule.timezone", "schedule.timezone"),
    kept("schedule.overlap", "schedule.max_concurrent", sayOverlap, "SKIP"),
    ...lost<ComposeProcess>("schedule.maxDuration", "a run may take any time: put timeout before the command"),
    kept("group", "namespace", ({ template: { group }, out }) =>
      set(out, "namespace", group === "" ? undefined : group),
    ),
    kept("dependsOn", "depends_on", putDependencies, "all conditions"),
    near(
      "instances",
      "replicas",
      "the number is in PC_REPLICA_NUM, from 0, and not in DROVER_INSTANCE",
      ({ template, out }) => set(out, "replicas", template.instances === 1 ? undefined : template.instances),
    ),
    near("logs.stdout", "log_location", "one file for both streams", putLogs),
    near("logs.stderr", "log_location", "one file for both streams"),
    kept("logs.maxSize", "log_configuration.rotation.max_size_mb", rotationSayer("maxSize"), "whole MB, with a file"),
    kept("logs.maxFiles", "log_configuration.rotation.max_backups", rotationSayer("maxFiles"), "with a file"),
    kept("logs.compress", "log_configuration.rotation.compress", rotationSayer("compress"), "with a file"),
    near("logs.mode", "", "the last lines are kept in memory, whatever it is"),
    ...lost<ComposeProcess>(
      "logs",
      "process-compose keeps the last lines in memory, and all in a file when one is named",
    ),
    ...lost<ComposeProcess>(
      "pidFile",
      "process-compose writes no PID: `process-compose process list -o wide` tells it",
    ),
    ...lost<ComposeProcess>("notify", "only a manager of drover tells changes: process-compose has a REST API"),
  ];
}

function set(out: ComposeProcess, key: string, value: unknown): undefined {
  if (value !== undefined) out[key] = value;
}

const rounded = (milliseconds: number): Fate | undefined => {
  const note = roundedNote(milliseconds);
  return note === undefined ? undefined : nearAs(note);
};

function sayTitle({ template: { title, description } }: Put): Fate | undefined {
  return title !== "" && description !== "" ? lostAs("there is one text for people: the description") : undefined;
}

function putDescription({ template: { title, description }, out }: Put): undefined {
  const text = description === "" ? title : description;
  if (text !== "") out["description"] = plainText(text);
}

function putProgram({ template, out }: Put): undefined {
  const { file, args } = programOf(template);
  // No shell sees these words, and no templates are filled in; variables of the whole file are.
  out["entrypoint"] = [file, ...args].map(escapeDollars);
}

function putEnvironment({ template, out, tell }: Put): undefined {
  const lines: string[] = [];
  for (const variable of variablesOfTemplate(template)) {
    const line = variableLine(variable);
    if (typeof line !== "string") {
      tell(`env.${variable.name}`, lostAs(line.why));
      continue;
    }
    lines.push(line);
    if (variable.name === "PATH" && !programOf(template).file.includes("/"))
      tell("env.PATH", nearAs("the program itself is looked for along the PATH of process-compose"));
    const names = referencesOf(variable).flatMap(({ name, operator }) => (operator === undefined ? [name] : []));
    if (names.length > 0 && template.missingEnv !== "EMPTY")
      tell(`env.${variable.name}`, nearAs(`${names.join(", ")}: an empty text when there is no such variable`));
  }
  if (lines.length > 0) out["environment"] = lines;
  // A file .env beside the process-compose.yaml would be read for every process.
  out["is_dotenv_disabled"] = true;
}

function putEnvFiles({ template: { envFiles }, out, tell }: Put): undefined {
  const [last, ...others] = envFiles.toReversed();
  if (last !== undefined) out["env_file"] = escapeDollars(last);
  for (const file of others)
    tell(`envFiles.${file}`, lostAs("process-compose reads one file of variables: the last is kept"));
}

function sayMissing({ template: { missingEnv } }: Put): Fate | undefined {
  return missingEnv === "EMPTY" ? { outcome: "mapped" } : undefined;
}

const modes = { NEVER: "no", ON_FAILURE: "on_failure", ALWAYS: "always" } as const;

function putRestart({ template: { restart }, out }: Put): undefined {
  const { mode, maxRestarts, backoff } = restart;
  // None at all cannot be written as a number: 0 is any.
  const isNever = mode === "NEVER" || maxRestarts === 0;
  out["availability"] = {
    restart: isNever ? "no" : modes[mode],
    backoff_seconds: wholeSeconds(firstDelayMs(backoff)),
    max_restarts: maxRestarts === "unlimited" ? 0 : maxRestarts,
  };
}

function putDelay({ template: { restart }, tell }: Put): Fate | undefined {
  const note = roundedNote(firstDelayMs(restart.backoff));
  if (note === undefined && isConstant(restart.backoff)) return { outcome: "mapped" };
  const fate = nearAs(`always ${wholeSeconds(firstDelayMs(restart.backoff))} s`);
  if (restart.mode !== "NEVER") tell("restart.backoff", fate);
  return fate;
}

/** As long as a time of drover can be: nothing is ever counted anew. */
const foreverMs = 576 * 3_600_000;

function sayReset({ template: { restart }, tell }: Put): Fate | undefined {
  if (restart.resetAfterMs >= foreverMs) return { outcome: "mapped" };
  const isCounted = restart.mode !== "NEVER" && restart.maxRestarts !== "unlimited";
  if (isCounted) tell("restart.resetAfter", nearAs("restarts are counted for good, however long it was up"));
  return undefined;
}

function putSuccess({ template: { restart }, out }: Put): Fate | undefined {
  const codes = restart.successExitCodes.filter((code) => code !== 0);
  if (codes.length > 0) out["success_exit_codes"] = codes;
  return restart.successExitCodes.includes(0) ? undefined : nearAs("0 is a success, too");
}

const highestSignal = 31;

function putStop({ template: { stop }, out }: Put): Fate | undefined {
  const number = constants.signals[stop.signal];
  const isKnown = number <= highestSignal;
  out["shutdown"] = {
    ...(stop.command.length > 0 && { command: plainStop(stop.command) }),
    signal: isKnown ? number : constants.signals.SIGTERM,
    timeout_seconds: wholeSeconds(stop.gracePeriodMs),
  };
  return isKnown ? undefined : lostAs("process-compose knows the signals 1 to 31: SIGTERM is sent");
}

const plainStop = (command: readonly string[]): string => escapeDollars(shellLine(command));

function sayStartTimeout({ template: { readiness } }: Put): Fate | undefined {
  return readiness === undefined ? lostAs("there is no readiness to wait for") : undefined;
}

function putSchedule({ template: { schedule }, out }: Put): Fate | undefined {
  if (schedule === undefined) return undefined;
  const words = schedule.cron.trim().split(/\s+/);
  const isAtSecond = words.length === 6 && /^\d+$/.test(words[0] ?? "");
  if (words.length === 6 && !isAtSecond) {
    out["disabled"] = true;
    return lostAs("process-compose runs jobs at whole minutes: it is disabled");
  }
  out["schedule"] = { cron: words.slice(-5).join(" "), timezone: schedule.timezone, max_concurrent: 1 };
  return words.length === 5 || words[0] === "0" ? undefined : nearAs("at second 0");
}

function sayOverlap({ template: { schedule } }: Put): Fate | undefined {
  return schedule?.overlap === "REPLACE"
    ? lostAs("a run that is due while the last one is going is left out")
    : undefined;
}
