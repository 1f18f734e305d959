import { isObject } from "../../template/validate.js";
import { dropped, noEffect } from "../apply.js";
import type { Apply, FieldRule, Found, Verdict } from "../format.js";
import { wordOf } from "../kind.js";
import { droppedFlag, droppedRule, inside, rule } from "../rule.js";

const nothingBetween = "nothing is written between the lines: `drover logs --timestamps` shows times";

/** The fields about times and files: schedules, logs, what is watched. */
export function processComposeFileFields(): readonly FieldRule[] {
  return [
    ...inside("schedule", [
      rule("cron", "scalar", "schedule.cron"),
      rule("timezone", "scalar", "schedule.timezone"),
      rule("max_concurrent", "count", "schedule.overlap", { note: "1", apply: setConcurrent }),
      droppedRule("interval", "write it as a cron expression"),
      droppedRule("run_on_start", "`drover start` runs nothing of a schedule at once"),
    ]),
    ...inside("log_configuration", [
      rule("rotation.max_size_mb", "megabytes", "logs.maxSize"),
      rule("rotation.max_backups", "count", "logs.maxFiles", { note: "one more", apply: setMaxFiles }),
      rule("rotation.compress", "flag", "logs.compress"),
      droppedRule("rotation.max_age_days", "old files are kept by their number, not by their age"),
      ...["directory", "filename"].map((name) => droppedRule(`rotation.${name}`, "log_location names the file")),
      ...["no_metadata", "disable_json", "flush_each_line"].map((name) =>
        rule(name, "flag", "", { apply: asLinesAre }),
      ),
      droppedFlag("add_timestamp", nothingBetween),
      ...["timestamp_format", "fields_order"].map((name) => droppedRule(name, nothingBetween)),
      droppedFlag("no_color", "lines are written as they are"),
    ]),
    rule("watch.paths", "any", "watch.paths, watch.ignore", { apply: setPaths }),
    rule("watch.debounce", "scalar", "watch.debounce"),
    droppedRule("watch.cascade", "only the process itself is restarted"),
  ];
}

function setConcurrent({ value }: Found): Verdict {
  return value === 1 ? noEffect("one run at a time") : dropped("one run at a time");
}

function setMaxFiles({ draft, value, path }: Found): undefined {
  draft.set("logs.maxFiles", Number(value) + 1, path);
}

const asLinesAre: Apply = ({ value }) => {
  const note = "lines are written as they are, at once";
  return value === true ? noEffect(note) : dropped(note);
};

/** Each has patterns of its own, which count inside its directory. */
function setPaths({ draft, value, path }: Found): Verdict | undefined {
  if (!Array.isArray(value) || !value.every((each) => isObject(each) && wordOf(each["path"]) !== "")) {
    draft.complain(path, { message: "is no list of paths", expected: "a list of `path`, `include` and `exclude`" });
    return undefined;
  }
  const paths = value.flatMap((each) => {
    const directory = wordOf(each["path"]);
    const include = textsOf(each["include"]);
    return include.length === 0 ? [directory] : include.map((pattern) => joined(directory, pattern));
  });
  draft.set("watch.paths", paths, path);
  const ignore = [...new Set(value.flatMap((each) => textsOf(each["exclude"])))];
  if (ignore.length > 0) draft.set("watch.ignore", ignore, path);
  return undefined;
}

const joined = (directory: string, pattern: string): string =>
  directory === "." ? pattern : `${directory.replace(/\/$/, "")}/${pattern}`;

const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(wordOf) : []);
