import { dropped, noEffect } from "../apply.js";
import type { Apply, EntryContext, FieldRule, Found, Verdict } from "../format.js";
import { Prepared } from "../prepared.js";
import { rule } from "../rule.js";
import { readSwitch } from "../words-of-ini.js";

type Stream = "stdout" | "stderr";

/** Where supervisord writes what a stream has: a file of its choice, none, those of the host program, or one that is named. */
type Place = "auto" | "none" | "syslog" | Stream | { readonly file: string };

/** The settings of logs, in the order in which they are looked at. */
export function logFields(): readonly FieldRule[] {
  return [
    rule("stdout_logfile", "text", "logs.stdout", {
      note: "AUTO: in the state directory; /dev/stdout: logs.mode",
      missing: "AUTO",
      apply: setPlace("stdout"),
    }),
    rule("stderr_logfile", "text", "logs.stderr", {
      note: "the same",
      missing: "AUTO",
      apply: setPlace("stderr"),
    }),
    rule("redirect_stderr", "switch", "logs.stderr", { missing: "false", apply: setRedirect }),
    ...sizeFields("stdout"),
    ...sizeFields("stderr"),
    ...(["stdout", "stderr"] as const).flatMap(otherFields),
  ];
}

function sizeFields(stream: Stream): readonly FieldRule[] {
  const note = stream === "stdout" ? "of both streams" : "where standard output goes nowhere";
  return [
    rule(`${stream}_logfile_maxbytes`, "size", "logs.maxSize", {
      note,
      missing: "50MB",
      apply: ofStream(stream, "logs.maxSize", setMaxSize),
    }),
    rule(`${stream}_logfile_backups`, "integer", "logs.maxFiles", {
      note: `${note}; the current file is counted, too`,
      missing: "10",
      apply: ofStream(stream, "logs.maxFiles", setMaxFiles),
    }),
  ];
}

function otherFields(stream: Stream): readonly FieldRule[] {
  const syslog = "drover writes to no syslog: pipe it into logger(1)";
  const events = "what a process writes makes no events: follow its log";
  return [
    switchedOff(`${stream}_syslog`, "false", syslog),
    switchedOff(`${stream}_capture_maxbytes`, "0", events),
    switchedOff(`${stream}_events_enabled`, "false", events),
  ];
}

/** What drover has nothing for; switched off it means nothing to supervisord, either. */
function switchedOff(field: string, missing: "false" | "0", note: string): FieldRule {
  const apply: Apply = ({ value }) => (value === false || value === 0 ? noEffect("it is off") : dropped(note));
  return rule(field, missing === "0" ? "size" : "switch", "", {
    missing,
    note: `dropped when it is on: ${note}`,
    apply,
  });
}

function placesOf({ entry }: Pick<EntryContext, "entry">): Readonly<Record<Stream, Place>> {
  const stdout = placeOf(entry["stdout_logfile"]);
  return { stdout, stderr: isRedirected(entry) ? stdout : placeOf(entry["stderr_logfile"]) };
}

function isRedirected(entry: Record<string, unknown>): boolean {
  const value = entry["redirect_stderr"];
  const read = readSwitch(value instanceof Prepared ? value.value : value);
  return "value" in read && read.value;
}

function placeOf(given: unknown): Place {
  const value = given instanceof Prepared ? given.value : given;
  if (typeof value !== "string" || value.toLowerCase() === "auto") return "auto";
  if (["none", "off"].includes(value.toLowerCase())) return "none";
  if (value.toLowerCase() === "syslog") return "syslog";
  const number = /^(?:\/dev\/(?:std|fd\/)|\/proc\/(?:1|self)\/fd\/)(out|err|[12])$/.exec(value)?.[1];
  if (number === undefined) return { file: value };
  return ["out", "1"].includes(number) ? "stdout" : "stderr";
}

const isOfHost = (place: Place): boolean => place === "stdout" || place === "stderr";

function setPlace(stream: Stream): Apply {
  return (found) => {
    if (stream === "stderr" && isRedirected(found.entry)) return dropped("redirect_stderr sends it to standard output");
    const places = placesOf(found);
    if (isOfHost(places.stdout) || isOfHost(places.stderr)) return setHost(found, places);
    const place = places[stream];
    if (place === "auto") return noEffect("drover keeps a log in its state directory");
    if (place === "syslog") return dropped("drover writes to no syslog, and keeps a log of its own");
    if (typeof place === "object") found.draft.set(`logs.${stream}`, place.file, found.path);
    else if (places.stdout !== places.stderr) found.draft.set(`logs.${stream}`, "/dev/null", found.path);
    else {
      found.draft.set("logs.mode", "DISCARD", found.path);
      return { to: "logs.mode" };
    }
    return undefined;
  };
}

/** There is one mode for the two streams: both go to those of the host program, or none does. */
function setHost({ draft, path }: Found, { stdout, stderr }: Readonly<Record<Stream, Place>>): Verdict {
  draft.set("logs.mode", "INHERIT", path);
  if (stdout === "stdout" && stderr === "stderr") return { to: "logs.mode", note: "those of drover" };
  const note = "both streams go to those of drover, as there is one mode for the two";
  return { outcome: "approximated", to: "logs.mode", note };
}

function setRedirect(found: Found): Verdict | undefined {
  if (found.value === false) return noEffect("each stream has a log of its own");
  const { stdout } = placesOf(found);
  if (typeof stdout === "object") found.draft.set("logs.stderr", stdout.file, found.path);
  if (typeof stdout === "object") return undefined;
  if (stdout === "none") return { to: "logs.mode", note: "both go nowhere" };
  if (isOfHost(stdout))
    return { outcome: "approximated", to: "logs.mode", note: "it goes to standard error of drover" };
  return { outcome: "approximated", to: "", note: "each stream has a log of its own; `drover logs` shows both" };
}

/** There is one size for both streams: that of standard output counts, if it goes somewhere. */
function ofStream(stream: Stream, to: string, set: (found: Found) => Verdict | undefined): Apply {
  return (found) => {
    const { stdout, stderr } = placesOf(found);
    if (isOfHost(stdout) || isOfHost(stderr)) return noEffect("what goes to drover's own streams is not rotated by it");
    if (stream === "stderr" && isRedirected(found.entry))
      return noEffect("redirect_stderr sends it to standard output");
    if ((stream === "stdout" ? stdout : stderr) === "none") return noEffect("nothing goes there");
    return stream === "stdout" || stdout === "none" ? set(found) : compare(found, to, set);
  };
}

function compare(found: Found, to: string, set: (found: Found) => Verdict | undefined): Verdict | undefined {
  const other = found.draft.get(to);
  const verdict = set(found);
  const isSame = found.draft.get(to) === other;
  found.draft.set(to, other, found.path);
  return isSame ? verdict : { outcome: "approximated", note: "both streams have the value of standard output" };
}

/** More than any disk has: a file of this size is never there to be rotated. */
const unlimitedBytes = 2 ** 52;

function setMaxSize({ draft, value, path }: Found): Verdict | undefined {
  const bytes = Number(value);
  draft.set("logs.maxSize", bytes === 0 ? unlimitedBytes : Math.max(bytes, 1024), path);
  if (bytes === 0) return { note: "it is never rotated: 4 PiB" };
  return bytes < 1024 ? { outcome: "approximated", note: "1 KiB, the least there is" } : undefined;
}

function setMaxFiles({ draft, value, path }: Found): Verdict | undefined {
  const backups = Math.max(0, Number(value));
  draft.set("logs.maxFiles", Math.min(backups + 1, 1000), path);
  return backups < 1000 ? undefined : { outcome: "approximated", note: "1000 files, the most there are" };
}
