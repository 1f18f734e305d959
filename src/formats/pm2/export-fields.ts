import type { FileWatch, ProcessTemplate } from "../../template/process-template.js";
import { type Exporting, type ExportRule, type Fate, kept, lost, lostAs, near, nearAs } from "../export-rule.js";
import { firstDelayMs, isConstant } from "../exported-amounts.js";
import { plainValue, variablesOfTemplate, whyNotPlain } from "../exported-env.js";
import { programRules } from "../exported-program.js";
import type { App } from "./app.js";
import { putProgram, sayScript, whyInShell } from "./export-program.js";
import { anyNumber, growth, isOutOfReach, longestDelayMs } from "./restart.js";
import { isSettingOfPm2 } from "./words.js";

type Put = Exporting<App>;
type Restart = ProcessTemplate["restart"];

/** What becomes of each field of a template in an app of PM2. */
export function pm2ExportFields(): readonly ExportRule<App>[] {
  return [
    kept("name", "name", ({ template, out }) => set(out, "name", template.name)),
    ...lost<App>("title, description, labels", "PM2 keeps no texts about an app"),
    kept("enabled", "autostart", undefined, "false: listed, and started by `pm2 start NAME`"),
    kept("runOnStartup", "autostart", putAutostart),
    ...programRules<App>({ command: "script, interpreter", args: "args" }, putProgram, sayScript),
    kept("cwd", "cwd", ({ template, out }) => set(out, "cwd", template.cwd)),
    kept("env", "env", putEnvironment, "a value that refers to variables is left out"),
    ...lost<App>(
      "envFiles",
      "PM2 reads no files of variables: put them into env, or --env-file into the arguments of node",
    ),
    ...lost<App>("inheritEnv", "the environment of PM2 is always handed on; filter_env leaves out what is named"),
    ...lost<App>("requiredEnv", "PM2 asks for no variables"),
    ...lost<App>("missingEnv", "PM2 replaces nothing in values"),
    kept("runAs.user", "uid", putUser, "PM2 must run as root"),
    kept("runAs.group", "gid", putGroup, "only with a user"),
    near("detach", "", "an app outlives the shell that started it, and ends with the daemon of PM2"),
    ...policyFields(),
    ...surroundingFields(),
  ];
}

function policyFields(): readonly ExportRule<App>[] {
  const noChecks = "PM2 asks no app: wait_ready waits for process.send('ready') of a Node program";
  return [
    kept("restart.mode", "autorestart, stop_exit_codes", putRestart),
    kept("restart.maxRestarts", "max_restarts", putMaxRestarts),
    kept("restart.resetAfter", "min_uptime", putMinUptime),
    near(
      "restart.backoff",
      "restart_delay, exp_backoff_restart_delay",
      "a growing delay grows by half, up to 15 s",
      putDelay,
    ),
    kept("restart.successExitCodes", "stop_exit_codes", saySuccess, "with mode ON_FAILURE"),
    ...lost<App>("restart.retryAfterGivingUp", "an app with the status errored stays down until `pm2 restart`"),
    near("stop.signal", "", "PM2 has one signal for all apps, SIGINT: PM2_KILL_SIGNAL changes it", saySignal),
    kept("stop.gracePeriod", "kill_timeout", ({ template, out }) =>
      set(out, "kill_timeout", template.stop.gracePeriodMs),
    ),
    ...lost<App>("stop.command", "PM2 runs no command to stop an app"),
    ...lost<App>("startTimeout", "PM2 does not wait for readiness"),
    ...lost<App>("readiness, liveness", noChecks),
    near("watch", "watch, ignore_watch, watch_delay", "globs and patterns as chokidar reads them", putWatch),
    near("limits.maxMemory", "max_memory_restart", "of the app without its children, looked at every 30 s", putMemory),
    ...lost<App>("limits.maxCpu", "PM2 does not limit CPU time"),
    ...lost<App>("limits.over", "one look at it is enough for a restart"),
    near("limits.action", "", "an app over its limit is restarted"),
  ];
}

function surroundingFields(): readonly ExportRule<App>[] {
  return [
    ...lost<App>("affinity", "PM2 sets no CPUs: put taskset before the command"),
    ...lost<App>("nice", "PM2 sets no priority: put nice before the command"),
    near("schedule.cron", "cron_restart", "also run when PM2 starts it; a run that still goes is ended", putSchedule),
    near("schedule.timezone", "", "the times are those of the time zone of the machine"),
    near("schedule.overlap", "", "a run that still goes is ended"),
    ...lost<App>("schedule.maxDuration", "a run may take any time"),
    kept("group", "namespace", ({ template, out }) =>
      set(out, "namespace", template.group === "" ? undefined : template.group),
    ),
    ...lost<App>("dependsOn", "PM2 starts apps without waiting for others: have the program try again"),
    kept("instances", "instances, increment_var", putInstances, "processes of their own, each with DROVER_INSTANCE"),
    kept("logs.stdout", "out_file", ({ template, out }) => putStream("stdout", template, out)),
    kept("logs.stderr", "error_file", ({ template, out }) => putStream("stderr", template, out)),
    near("logs.mode", "out_file, error_file", "DISCARD: /dev/null; else PM2 keeps files"),
    ...lost<App>("logs", "files of PM2 grow without end: see its module pm2-logrotate"),
    kept("pidFile", "pid_file", putPidFile, "with the number of the app before .pid"),
    ...lost<App>("notify", "only a manager of drover tells changes: PM2 has `pm2 logs PM2`"),
  ];
}

function set(out: App, key: string, value: unknown): undefined {
  if (value !== undefined) out[key] = value;
}

function putAutostart({ template: { runOnStartup, enabled }, out }: Put): undefined {
  if (!runOnStartup || !enabled) out["autostart"] = false;
}

const takesPlace = "PM2 has a setting of this name, and takes the variable for it";

function putEnvironment({ template, out, tell }: Put): undefined {
  const isInShell = whyInShell(template) !== undefined;
  const env: [string, string][] = [];
  for (const variable of variablesOfTemplate(template)) {
    const { name } = variable;
    const value = plainValue(variable);
    if (value === undefined) tell(`env.${name}`, lostAs(whyNotPlain(variable, "PM2")));
    else if (isSettingOfPm2(name)) tell(`env.${name}`, lostAs(takesPlace));
    else if (isInShell && /\W/.test(name)) tell(`env.${name}`, lostAs("a shell runs it, and keeps no such variable"));
    else env.push([name, value]);
  }
  set(out, "env", env.length === 0 ? undefined : Object.fromEntries(env));
}

function putUser({ template: { runAs }, out }: Put): Fate | undefined {
  if (runAs?.user === undefined) return undefined;
  out["uid"] = runAs.user;
  return nearAs("USER, LOGNAME and SHELL stay those of PM2");
}

function putGroup({ template: { runAs }, out }: Put): Fate | undefined {
  if (runAs?.group === undefined) return undefined;
  if (runAs.user === undefined) return lostAs("PM2 takes a group only together with a user");
  return set(out, "gid", runAs.group);
}

function putRestart({ template: { restart, schedule }, out }: Put): Fate | undefined {
  out["autorestart"] = restart.mode !== "NEVER" && schedule === undefined;
  if (restart.mode !== "ON_FAILURE") return undefined;
  out["stop_exit_codes"] = restart.successExitCodes;
  return nearAs("an end by a signal counts as exit code 0 in PM2, and so as a success");
}

function saySuccess({ template: { restart } }: Put): Fate | undefined {
  return restart.mode === "ON_FAILURE" ? undefined : lostAs("PM2 asks for exit codes only to restart after a failure");
}

/** PM2 counts starts, not restarts. */
function putMaxRestarts({ template: { restart }, out }: Put): Fate | undefined {
  const starts = restart.maxRestarts === "unlimited" ? anyNumber : restart.maxRestarts + 1;
  out["max_restarts"] = starts;
  if (starts === anyNumber || !isOutOfReach(starts, { ...delayOf(restart), min_uptime: uptimeOf(restart) }))
    return undefined;
  return nearAs(
    "PM2 never gives up, as the delays take longer than max_restarts × min_uptime, in which it counts ends",
  );
}

/** PM2 refuses less. */
const shortestUptimeMs = 100;

const uptimeOf = ({ resetAfterMs }: Restart): number => Math.max(shortestUptimeMs, resetAfterMs);

function putMinUptime({ template: { restart }, out }: Put): Fate | undefined {
  out["min_uptime"] = uptimeOf(restart);
  return restart.resetAfterMs < shortestUptimeMs ? nearAs(`${shortestUptimeMs} ms, the least there is`) : undefined;
}

const isAlwaysSame = ({ backoff }: Restart): boolean => isConstant(backoff) && backoff.multiplier !== growth;

function delayOf(restart: Restart): App {
  return { [isAlwaysSame(restart) ? "restart_delay" : "exp_backoff_restart_delay"]: firstDelayMs(restart.backoff) };
}

function putDelay({ template: { restart }, out, tell }: Put): Fate | undefined {
  const { initialMs, maxMs, multiplier, jitter } = restart.backoff;
  Object.assign(out, delayOf(restart));
  if (isAlwaysSame(restart)) return { outcome: "mapped" };
  if (multiplier === growth && jitter === 0 && maxMs === Math.max(longestDelayMs, initialMs))
    return { outcome: "mapped" };
  const fate = nearAs("it grows by half each time, up to 15 s, and returns to the first after 30 s");
  if (restart.mode !== "NEVER") tell("restart.backoff", fate);
  return fate;
}

function saySignal({ template: { stop }, tell }: Put): Fate | undefined {
  if (stop.signal === "SIGINT") return { outcome: "mapped" };
  tell(
    "stop.signal",
    nearAs(`PM2 stops all apps with SIGINT, unless it is started with PM2_KILL_SIGNAL=${stop.signal}`),
  );
  return undefined;
}

function putWatch({ template: { watch }, out }: Put): undefined {
  if (watch === undefined) return;
  const paths = watch.paths.filter((path) => !path.startsWith("!"));
  out["watch"] = paths.length === 1 && paths[0] === "." ? true : paths;
  set(out, "ignore_watch", ignored(watch));
  out["watch_delay"] = watch.debounceMs;
}

/** What is named takes the place of what PM2 leaves out by itself. */
function ignored({ paths, ignore }: FileWatch): readonly string[] | undefined {
  const taken = paths.filter((path) => path.startsWith("!")).map((path) => path.slice(1));
  const named = [...ignore, ...taken];
  return named.length === 0 ? undefined : [...new Set([...named, "node_modules", ".git"])];
}

function putMemory({ template: { limits }, out }: Put): Fate | undefined {
  if (limits?.maxMemoryBytes === undefined) return undefined;
  if (limits.action !== "RESTART") return lostAs("PM2 can only restart an app that is over a limit");
  return set(out, "max_memory_restart", limits.maxMemoryBytes);
}

function putSchedule({ template: { schedule }, out }: Put): undefined {
  if (schedule !== undefined) out["cron_restart"] = schedule.cron;
}

function putInstances({ template: { instances, logs }, out }: Put): undefined {
  out["exec_mode"] = "fork";
  if (instances === 1) return;
  out["instances"] = instances;
  // Counted from what the variable holds for the first of them.
  out["increment_var"] = "DROVER_INSTANCE";
  out["env"] = { ...(out["env"] as Record<string, string> | undefined), DROVER_INSTANCE: "1" };
  if (logs.stdout !== undefined || logs.stderr !== undefined) out["merge_logs"] = true;
}

function putStream(stream: "stdout" | "stderr", { logs }: ProcessTemplate, out: App): undefined {
  const key = stream === "stdout" ? "out_file" : "error_file";
  if (logs.mode === "DISCARD") out[key] = "/dev/null";
  else set(out, key, logs[stream]);
}

function putPidFile({ template: { pidFile }, out }: Put): Fate | undefined {
  if (pidFile === undefined) return undefined;
  out["pid_file"] = pidFile;
  const [, stem] = /^(.*?)(?:-\d+)?\.pid$/s.exec(pidFile) ?? [];
  return stem === undefined ? undefined : nearAs(`${stem}-NUMBER.pid, with the number that PM2 gives the app`);
}
