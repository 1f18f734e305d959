import { asName, dropped, noEffect } from "../apply.js";
import type { FieldRule } from "../format.js";
import { droppedFlag, droppedRule, rule } from "../rule.js";
import {
  idSetter,
  ifWatched,
  later,
  setArgs,
  setBefore,
  setEnvFile,
  setGroup,
  setIgnored,
  setInstances,
  setInterpreter,
  setMemory,
  setMode,
  setNumberName,
  setWatch,
  timeSetter,
} from "./apply.js";
import { setChosenEnv, setEnv, setPort } from "./env.js";
import { setLog, setPidFile } from "./files.js";
import { setDelay, setExitCodes, setGrowing, setMaxRestarts, setRestart } from "./restart.js";

/** The fields of an app. */
export function pm2Fields(): readonly FieldRule[] {
  return [
    rule("name", "text", "name", { apply: asName }),
    ...["script", "exec", "cmd", "command"].map((name) =>
      rule(name, "text", "script, command", {
        note: "a file, which an interpreter by its name runs; a program on PATH such as npm; or a line with blanks, which bash runs",
        apply: later,
      }),
    ),
    rule("args", "any", "args", { note: "a text is split into words, as a shell does", apply: setArgs }),
    rule("cwd", "text", "cwd"),
    rule("interpreter", "text", "interpreter, command", {
      note: "`none` runs the script itself",
      apply: setInterpreter,
    }),
    rule("exec_interpreter", "text", "interpreter, command", { note: "the same", apply: setInterpreter }),
    ...["interpreter_args", "node_args"].map((name) =>
      rule(name, "any", "args", { note: "before the script", apply: setBefore }),
    ),
    rule("instances", "any", "instances", { note: "`max` is the number of CPUs here and now", apply: setInstances }),
    rule("increment_var", "text", "", { note: "DROVER_INSTANCE has the number", apply: setNumberName }),
    rule("exec_mode", "text", "instances", { note: "cluster: processes of their own, no shared port", apply: setMode }),
    rule("env", "any", "env", { note: "taken as it is; an object or a list becomes its JSON", apply: setEnv }),
    rule("port", "any", "env.PORT", { note: "over that of env", apply: setPort }),
    rule("env_file", "text", "envFiles", {
      outcome: "approximated",
      note: "PM2 itself reads no such file",
      apply: setEnvFile,
    }),
    rule("env_*", "any", "env", { note: "where `--env` chooses it, over those of env", apply: setChosenEnv }),
    ...restartFields(),
    ...otherFields(),
  ];
}

function restartFields(): readonly FieldRule[] {
  return [
    rule("autostart", "flag", "runOnStartup"),
    rule("autorestart", "flag", "restart.mode", { missing: true, apply: setRestart }),
    rule("max_restarts", "any", "restart.maxRestarts", {
      note: "the number of starts in a row; whole number, or Infinity",
      missing: 16,
      apply: setMaxRestarts,
    }),
    rule("min_uptime", "any", "restart.resetAfter", {
      note: "milliseconds, or `10s`",
      missing: 1000,
      apply: timeSetter("restart.resetAfter"),
    }),
    rule("restart_delay", "milliseconds", "restart.backoff", { missing: 0, apply: setDelay }),
    rule("exp_backoff_restart_delay", "milliseconds", "restart.backoff", {
      note: "grows by half, up to 15s",
      apply: setGrowing,
    }),
    rule("stop_exit_codes", "any", "restart.successExitCodes", {
      note: "the mode is on-failure then",
      apply: setExitCodes,
    }),
    rule("kill_timeout", "any", "stop.gracePeriod", { missing: 1600, apply: timeSetter("stop.gracePeriod") }),
    rule("treekill", "flag", "", {
      apply: ({ value }) => (value === true ? noEffect("always") : dropped("the whole tree is always stopped")),
    }),
    droppedFlag("wait_ready", "drover has no IPC: write a readiness check"),
    droppedRule("listen_timeout", "drover has no IPC: write a readiness check"),
    droppedFlag("shutdown_with_message", "drover has no IPC: the process is sent a signal"),
    ...["cron_restart", "cron"].map((name) =>
      droppedRule(name, "a schedule of drover starts jobs; it restarts no service"),
    ),
  ];
}

function otherFields(): readonly FieldRule[] {
  const path = { note: "relative to cwd", apply: setLog };
  return [
    rule("watch", "any", "watch", { note: "true, or paths", apply: setWatch }),
    rule("ignore_watch", "any", "watch.ignore", {
      note: "a text is split into words; left out: node_modules, and names that begin with a dot",
      apply: setIgnored,
    }),
    rule("watch_delay", "milliseconds", "watch.debounce", { apply: ifWatched("watch.debounce") }),
    rule("max_memory_restart", "any", "limits.maxMemory", { note: "of the whole tree", apply: setMemory }),
    ...["out_file", "output", "out", "out_log"].map((name) => rule(name, "any", "logs.stdout", path)),
    ...["error_file", "error", "err", "err_file", "err_log"].map((name) => rule(name, "any", "logs.stderr", path)),
    ...["log_file", "log"].map((name) =>
      droppedRule(name, "both streams have files of their own: name one for both in out_file and error_file"),
    ),
    droppedFlag("disable_logs", "what is written is always kept; maxSize in logs limits it"),
    droppedRule("log_type", "nothing is written between the lines: `drover logs --json` shows objects"),
    rule("merge_logs", "flag", "", { apply: () => noEffect("files that are named are shared by all instances") }),
    rule("combine_logs", "flag", "", { apply: () => noEffect("files that are named are shared by all instances") }),
    droppedRule("log_date_format", "nothing is written between the lines: `drover logs --timestamps` shows times"),
    droppedFlag("time", "nothing is written between the lines: `drover logs --timestamps` shows times"),
    ...["pid_file", "pid"].map((name) =>
      rule(name, "text", "pidFile", {
        note: "relative to cwd; without the number that PM2 puts into the name",
        apply: setPidFile,
      }),
    ),
    rule("namespace", "text", "group", { apply: setGroup }),
    ...["uid", "user"].map((name) => rule(name, "any", "runAs.user", { apply: idSetter("runAs.user") })),
    rule("gid", "any", "runAs.group", { apply: idSetter("runAs.group") }),
    rule("vizion", "flag", "", { apply: () => noEffect("drover asks no version control") }),
    rule("source_map_support", "flag", "", {
      outcome: "dropped",
      note: "use --enable-source-maps in interpreter_args",
    }),
    ...unknownToProcesses(),
  ];
}

function unknownToProcesses(): readonly FieldRule[] {
  const instance = "each instance has DROVER_INSTANCE, counted from 1";
  const reasons: readonly (readonly [string, readonly string[]])[] = [
    [instance, ["instance_var"]],
    ["the name is as it is written", ["append_env_to_name", "name_prefix"]],
    ["all of the host's environment is given on, but what `inheritEnv: false` in a template says", ["filter_env"]],
    ["globs go into ignore_watch", ["watch_options"]],
    [
      "drover measures from outside",
      ["trace", "disable_trace", "v8", "event_loop_inspector", "deep_monitoring", "pmx", "io"],
    ],
    [
      "it is about PM2 itself",
      ["automation", "force", "execute_command", "write", "username", "install_url", "post_update"],
    ],
    ["the signal is followed by SIGKILL after kill_timeout", ["kill_retry_time"]],
    ["it is about Windows", ["windowsHide"]],
  ];
  return reasons.flatMap(([reason, names]) => names.map((name) => droppedRule(name, reason)));
}
