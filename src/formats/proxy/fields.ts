import { resolve as resolvePath } from "node:path";
import { isObject } from "../../template/validate.js";
import { asPathFrom, dropped, hostCwd, noEffect } from "../apply.js";
import type { Apply, EntryContext, FieldRule, Found, Verdict } from "../format.js";
import { scalarText, wordOf } from "../kind.js";
import { inside, rule } from "../rule.js";
import { mapValues } from "../variables.js";

/** The fields of one process, in both spellings. */
export function proxyFields(): readonly FieldRule[] {
  return [
    rule("enabled", "flag", "enabled", { missing: true }),
    rule("name", "text", "title", { note: "the key of the entry is the name" }),
    rule("description", "text", "description"),
    rule("command", "text", "command"),
    rule("args", "texts", "args"),
    rule("cwd", "text", "cwd", { note: "relative to where drover is started", missing: "." }),
    rule("env", "variables", "env", {
      note: "numbers may be unquoted; PROCESS_ID and PROCESS_NAME may be referred to",
      apply: setEnv,
    }),
    rule("requiredEnv", "texts", "requiredEnv", { apply: addRequired }),
    rule("envValidation.required", "texts", "requiredEnv", { apply: addRequired }),
    rule("envValidation.optional", "texts", "", { note: "what is optional need not be said" }),
    rule("envValidation.validateOnStart", "flag", "requiredEnv", { apply: setValidation }),
    rule("envValidation.failOnMissing", "flag", "requiredEnv", { apply: setValidation }),
    rule("pidFile", "text", "pidFile", {
      note: "relative to where drover is started; when it is left out, ./pids/ID.pid",
      apply: asPathFrom("pidFile", hostCwd),
    }),
    rule("pidDir", "text", "pidFile", { missing: "./pids", apply: setPidDir }),
    rule("cleanupPidOnExit", "flag", "pidFile", { apply: setCleanup }),
    rule("logFile", "text", "logs.stdout, logs.stderr", {
      note: "relative to where drover is started; when it is left out, ./logs/ID.log",
      missing: "",
      apply: setLogFile,
    }),
    ...restartRules(),
    ...healthRules(),
    ...scheduleRules(),
  ];
}

function restartRules(): readonly FieldRule[] {
  const note = "the same as in restartPolicy, which wins";
  const [attempts, delay] = ["restart.maxRestarts", "restart.backoff.initial"];
  return [
    rule("restartPolicy.maxAttempts", "count", attempts, { missing: 3, apply: setAttempts }),
    rule("restartPolicy.delay", "milliseconds", delay, { missing: 5000, apply: setDelay }),
    rule("restartOnExit", "flag", "restart.mode", { missing: true, apply: setRestart }),
    rule("maxRestarts", "count", attempts, { note, apply: unlessPolicy("maxAttempts", setAttempts) }),
    rule("restartDelay", "milliseconds", delay, { note, apply: unlessPolicy("delay", setDelay) }),
  ];
}

function healthRules(): readonly FieldRule[] {
  const url = "liveness.http.url";
  return inside("healthCheck", [
    rule("enabled", "flag", "liveness", { missing: false, apply: noteHealth }),
    rule("url", "text", url, { note: "a path is asked at http://localhost and the PORT of env", apply: setUrl }),
    rule("path", "text", url, { note: "the same", apply: setUrl }),
    rule("interval", "milliseconds", "liveness.interval", { missing: 30_000, apply: checkSetter("interval") }),
    rule("timeout", "milliseconds", "liveness.timeout", { missing: 5000, apply: checkSetter("timeout") }),
    rule("retries", "count", "liveness.failureThreshold", { missing: 3, apply: checkSetter("failureThreshold") }),
  ]);
}

function scheduleRules(): readonly FieldRule[] {
  return inside("schedule", [
    rule("enabled", "flag", "schedule", { note: "a schedule that is not enabled is left out", apply: ifScheduled() }),
    rule("cron", "text", "schedule.cron", { apply: ifScheduled("cron") }),
    rule("timezone", "text", "schedule.timezone", { apply: ifScheduled("timezone") }),
    rule("maxDuration", "milliseconds", "schedule.maxDuration", { note: "only with autoStop", apply: setMaxDuration }),
    rule("autoStop", "flag", "schedule.maxDuration", {
      note: "the proxy only lets go of the run",
      apply: ifScheduled(),
    }),
    rule("skipIfRunning", "flag", "schedule.overlap", { note: "true is skip, false is replace", apply: setOverlap }),
  ]);
}

function setEnv({ draft, key, entry, value, path }: Found): Verdict | undefined {
  const variables = value as Record<string, string>;
  const title = wordOf(entry["name"] ?? key);
  const own: Readonly<Record<string, string>> = {
    ...{ PROCESS_ID: key, PROXY_PROCESS_ID: key, PROCESS_NAME: title, PROXY_PROCESS_NAME: title },
    // The proxy knows the name and leaves it as it is.
    PID: `\${PID}`,
  };
  const resolve = (text: string): string =>
    text.replace(/\$\{(\w+)\}|\$(?=\$)/g, (whole, name?: string) =>
      name === undefined ? "$$" : (own[name]?.replaceAll("$", "$$$$") ?? whole),
    );
  draft.set("env", mapValues(variables, resolve), path);
  return noteOnMade(Object.values(variables).join("\n"));
}

/** The proxy makes a time and a random number for each start. */
function noteOnMade(texts: string): Verdict | undefined {
  const made = ["TIMESTAMP", "RANDOM"].map((name) => `\${${name}}`).filter((reference) => texts.includes(reference));
  if (made.length === 0) return undefined;
  const note = `drover makes no ${made.join(" or ")}: it is looked up in the environment, and stays as it is written when it is not there`;
  return { outcome: "approximated", note };
}

function addRequired({ draft, value, path }: Found): undefined {
  const earlier = (draft.get("requiredEnv") ?? []) as readonly string[];
  draft.set("requiredEnv", [...new Set([...earlier, ...(value as readonly string[])])], path);
}

function setValidation({ draft, value }: Found): Verdict | undefined {
  if (value !== false) return noEffect("a start fails when a required variable is missing");
  delete draft.json["requiredEnv"];
  return dropped("required variables are not required then");
}

function setPidDir({ draft, key, scope, value, path }: Found): Verdict | undefined {
  if (draft.has("pidFile")) return noEffect("pidFile is given");
  draft.set("pidFile", resolvePath(scope.hostCwd, wordOf(value), `${wordOf(draft.get("name") ?? key)}.pid`), path);
  return undefined;
}

function setCleanup({ value }: Found): Verdict {
  return value === true ? noEffect("the file is removed after the exit") : dropped("the file is always removed");
}

function setLogFile({ draft, scope, value, path }: Found): undefined {
  const file = value === "" ? `./logs/${wordOf(draft.get("name"))}.log` : wordOf(value);
  for (const stream of ["stdout", "stderr"]) draft.set(`logs.${stream}`, resolvePath(scope.hostCwd, file), path);
}

function setAttempts({ draft, value, path }: Found): Verdict | undefined {
  if (typeof value !== "number" || value < 0) return { outcome: "approximated", note: "below 0 is any number" };
  draft.set("restart.maxRestarts", value, path);
  return undefined;
}

function setDelay({ draft, value, path }: Found): undefined {
  draft.set("restart.backoff.initial", value, path);
  draft.set("restart.backoff.max", value, path);
}

function unlessPolicy(field: string, apply: Apply): Apply {
  return (found) => {
    const policy = found.entry["restartPolicy"];
    return isObject(policy) && field in policy ? dropped(`restartPolicy.${field} is given, and wins`) : apply(found);
  };
}

function setRestart({ draft, value, path }: Found): undefined {
  if (value === false) draft.set("restart.mode", "NEVER", path);
}

const isChecked = ({ entry }: Pick<Found, "entry">): boolean =>
  isObject(entry["healthCheck"]) && entry["healthCheck"]["enabled"] === true;

function noteHealth(found: Found): Verdict | undefined {
  return isChecked(found) ? undefined : noEffect("not checked");
}

const notChecked = "the check is not enabled";

function checkSetter(field: string): Apply {
  return (found) => {
    if (!isChecked(found)) return noEffect(notChecked);
    found.draft.set(`liveness.${field}`, found.value, found.path);
    return undefined;
  };
}

function setUrl(found: Found): Verdict | undefined {
  if (!isChecked(found)) return noEffect(notChecked);
  const { draft, value, path } = found;
  const url = urlOf(found, wordOf(value));
  if (url === undefined) return dropped("the address is not known: write a whole URL, or PORT into env");
  if (!draft.has("liveness.http.url")) draft.set("liveness.http.url", url, path);
  return wordOf(value) === url ? undefined : { outcome: "approximated", note: `asked at ${url}` };
}

/** A path alone was asked at the target of the proxy's route, which the file does not tell. */
function urlOf({ entry }: Pick<Found, "entry">, value: string): string | undefined {
  if (/^https?:/.test(value)) return value;
  const port = isObject(entry["env"]) ? scalarText(entry["env"]["PORT"]) : undefined;
  if (port === undefined || !/^\d+$/.test(port)) return undefined;
  return `http://localhost:${port}${value.startsWith("/") ? "" : "/"}${value}`;
}

/** A check without an address asks at the documented default, where there is one to know. */
export function completeHealth(context: EntryContext): void {
  const { draft, entryPath } = context;
  if (!draft.has("liveness") || draft.has("liveness.http.url")) return;
  const url = urlOf(context, "/health");
  const at = [...entryPath, "healthCheck"];
  if (url !== undefined) draft.set("liveness.http.url", url, at);
  else {
    draft.drop("liveness");
    const fix = "write the whole address into healthCheck.url, or PORT into env";
    draft.complain(at, { message: "the address of the check is not known", fix });
  }
}

function scheduleOf({ entry }: Pick<Found, "entry">): Record<string, unknown> {
  return isObject(entry["schedule"]) ? entry["schedule"] : {};
}

/** Sets a field of the schedule, if it is on. */
function ifScheduled(field?: string): Apply {
  return (found) => {
    if (scheduleOf(found)["enabled"] !== true) return noEffect("the schedule is not enabled");
    if (field !== undefined) found.draft.set(`schedule.${field}`, found.value, found.path);
    return undefined;
  };
}

function setMaxDuration(found: Found): Verdict | undefined {
  return scheduleOf(found)["autoStop"] === true ? ifScheduled("maxDuration")(found) : noEffect("autoStop is not true");
}

function setOverlap(found: Found): Verdict | undefined {
  return ifScheduled("overlap")({ ...found, value: found.value === true ? "SKIP" : "REPLACE" });
}
