import { dropped, never, noEffect } from "../apply.js";
import type { Apply, FieldRule, Found, Verdict } from "../format.js";
import { wordOf } from "../kind.js";
import { Prepared } from "../prepared.js";
import { rule } from "../rule.js";
import { readSwitch } from "../words-of-ini.js";
import { logFields } from "./logs.js";
import { splitPythonWords } from "./python-words.js";

/** The settings of `[program:x]`. What is left out means what the documentation of supervisord says. */
export function supervisordFields(): readonly FieldRule[] {
  return [
    rule("command", "text", "command, args", { note: "split as supervisord does; no shell", apply: setCommand }),
    rule("process_name", "text", "name", { note: "left out: that of the program", apply: asIs }),
    rule("numprocs", "integer", "instances", {
      note: "a template for each process, when settings other than process_name have %(process_num)d",
      missing: "1",
      apply: setCount,
    }),
    rule("numprocs_start", "integer", "name", { note: "the first process_num", missing: "0", apply: asIs }),
    rule("group:x", "text", "group", { note: "the [group:x] that names the program" }),
    rule("priority", "integer", "", { outcome: "approximated", note: orderNote, missing: "999" }),
    rule("autostart", "switch", "runOnStartup", { missing: "true" }),
    ...restartFields(),
    ...stopFields(),
    rule("environment", "variables", "env", { note: "`%(ENV_X)s` becomes a reference, looked up at each start" }),
    rule("directory", "text", "cwd", { note: "left out: where drover is started" }),
    rule("user", "text", "runAs.user", { note: "HOME and USER become those of the user" }),
    rule("umask", "octal", "command, shell", {
      note: "set by /bin/sh, which then becomes the program",
      apply: setUmask,
    }),
    ...logFields(),
    rule("serverurl", "text", "", { note: `dropped: ${noServer}`, missing: "AUTO", apply: setServer }),
  ];
}

const orderNote =
  "processes are listed and started in its order, without waiting: write dependsOn where one needs another";

const noServer = "drover has no XML-RPC: programs can use its REST API";

/** What the name and the number of processes mean is in the entries already. */
const asIs: Apply = () => undefined;

function restartFields(): readonly FieldRule[] {
  return [
    rule("autorestart", "text", "restart.mode", {
      outcome: "approximated",
      note: "a second after it has ended, not at once",
      missing: "unexpected",
      apply: setRestart,
    }),
    rule("exitcodes", "text", "restart.successExitCodes", { missing: "0", apply: setExitCodes }),
    rule("startsecs", "integer", "restart.resetAfter", {
      note: "an end before is tried again by autorestart alone",
      missing: "1",
      apply: setStartSeconds,
    }),
    rule("startretries", "integer", "restart.maxRestarts, restart.backoff.max", {
      outcome: "approximated",
      note: "after 1, 2, 4 … seconds, up to this number of them and at most 30; the restart of one that was up counts, too",
      missing: "3",
      apply: setRetries,
    }),
  ];
}

function stopFields(): readonly FieldRule[] {
  return [
    rule("stopsignal", "text", "stop.signal", { missing: "TERM" }),
    rule("stopwaitsecs", "integer", "stop.gracePeriod", { missing: "10", apply: setGrace }),
    rule("stopasgroup", "switch", "", {
      note: "the whole tree is always stopped",
      missing: "false",
      apply: setStopAsGroup,
    }),
    rule("killasgroup", "switch", "", {
      note: "the whole tree is always stopped",
      missing: "false",
      apply: asWholeTree,
    }),
  ];
}

function setCommand({ draft, value, path }: Found): undefined {
  const split = splitPythonWords(wordOf(value));
  const [command = "", ...args] = "message" in split ? [] : split.words;
  if (command === "") {
    const message = "message" in split ? split.message : "is empty";
    draft.complain(path, { message, expected: "a program and its arguments, without a shell" });
    return;
  }
  draft.set("command", command, path);
  if (args.length > 0) draft.set("args", args, path);
}

function setCount({ draft, value, path }: Found): Verdict | undefined {
  if (Number(value) <= 1) return { to: "" };
  draft.set("instances", value, path);
  return undefined;
}

const modes: Readonly<Record<string, string>> = { true: "ALWAYS", false: "NEVER", unexpected: "ON_FAILURE" };

function setRestart({ draft, value, path }: Found): Verdict | undefined {
  const word = wordOf(value).toLowerCase();
  const read = readSwitch(value);
  const mode = modes["value" in read ? wordOf(read.value) : word];
  if (mode === undefined) {
    draft.complain(path, { message: `is the text ${JSON.stringify(value)}`, expected: "true, false or unexpected" });
    return undefined;
  }
  draft.set("restart.mode", mode, path);
  if (mode === "NEVER") return { note: "a start that fails is not tried again, either", outcome: "approximated" };
  return { outcome: "approximated", note: "it is restarted a second after it has ended, not at once" };
}

function setExitCodes({ draft, value, path }: Found): Verdict | undefined {
  const words = wordOf(value).split(",");
  const codes = wordOf(value) === "" ? [] : words.map((word) => (/^\s*\+?\d+\s*$/.test(word) ? Number(word) : -1));
  if (codes.some((code) => code < 0 || code > 255)) {
    draft.complain(path, {
      message: `is the text ${JSON.stringify(value)}`,
      expected: "exit codes from 0 to 255, with commas",
    });
    return undefined;
  }
  if (codes.length > 0) draft.set("restart.successExitCodes", codes, path);
  else if (draft.get("restart.mode") === "ON_FAILURE") {
    draft.set("restart.mode", "ALWAYS", path);
    return { to: "restart.mode", note: "no exit code is expected, so that each is followed by a restart" };
  }
  return undefined;
}

function setStartSeconds({ draft, value, path }: Found): Verdict | undefined {
  const seconds = Math.max(0, Number(value));
  draft.set("restart.resetAfter", seconds > 576 * 3600 ? never : `${seconds}s`, path);
  if (seconds === 0) return { note: "no start fails: the number of restarts is not limited" };
  const mode = draft.get("restart.mode");
  if (mode === "ON_FAILURE")
    return { outcome: "approximated", note: "an end before with an expected exit code is not tried again" };
  return mode === "NEVER" ? { outcome: "approximated", note: withoutRestart } : undefined;
}

const withoutRestart = "with autorestart=false a start that fails is not tried again";

function setRetries({ draft, value, path }: Found): Verdict | undefined {
  const retries = Math.max(0, Number(value));
  draft.set("restart.maxRestarts", Math.max(1, retries), path);
  draft.set("restart.backoff.max", `${Math.min(Math.max(1, retries), 30)}s`, path);
  if (draft.get("restart.mode") === "NEVER") return { outcome: "approximated", note: withoutRestart };
  const note =
    retries === 0
      ? "one restart: with none drover would give up on a process that was up, too"
      : "the restart of a process that was up is the first of them";
  const delays = retries > 3 ? `; the delays are 1, 2, 4 … seconds, up to ${Math.min(retries, 30)}` : "";
  return { outcome: "approximated", note: note + delays };
}

const longestGrace = 24 * 3600;

function setGrace({ draft, value, path }: Found): Verdict | undefined {
  const seconds = Number(value);
  const possible = Math.min(Math.max(1, seconds), longestGrace);
  draft.set("stop.gracePeriod", `${possible}s`, path);
  if (possible === seconds) return undefined;
  return { outcome: "approximated", note: seconds > possible ? "24 hours" : "a second, as the signal has to arrive" };
}

function setStopAsGroup(found: Found): Verdict | undefined {
  const kill = found.entry["killasgroup"];
  const isKill = readSwitch(kill instanceof Prepared ? kill.value : kill);
  if (found.value === true && "value" in isKill && !isKill.value) {
    found.draft.complain(found.path, {
      message: "cannot be true with killasgroup=false",
      fix: "leave killasgroup out",
    });
    return undefined;
  }
  return asWholeTree(found);
}

const asWholeTree: Apply = ({ value }) => {
  if (value === true) return noEffect("the whole tree is always stopped");
  return { outcome: "approximated", note: "the whole tree is always stopped" };
};

/** `exec` leaves the process to the program, so that its PID and its signals are as without a shell. */
function setUmask({ draft, value, path }: Found): undefined {
  const command = draft.get("command");
  if (typeof command !== "string") return;
  const args = draft.get("args");
  draft.set("command", `umask ${wordOf(value)}; exec`, path);
  draft.set("shell", true, path);
  draft.set("args", [command, ...(Array.isArray(args) ? (args as string[]) : [])], path);
}

function setServer({ value }: Found): Verdict {
  if (wordOf(value).trim().toUpperCase() === "AUTO") return noEffect("drover has no XML-RPC");
  return dropped(noServer);
}
