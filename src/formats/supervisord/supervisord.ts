import { problemAt } from "../../template/complaint.js";
import type { Problem } from "../../template/problem.js";
import { isObject } from "../../template/validate.js";
import type { DocumentRule, Entries, Entry, Format, PlacelessRow, Scope } from "../format.js";
import { readConfigParser } from "./config-parser-document.js";
import { remarkOn } from "./expansions.js";
import { supervisordFields } from "./fields.js";
import { complainAboutName } from "./groups.js";
import { joinSections } from "./join-sections.js";
import { listProcesses, type Program, type ProgramProcess } from "./programs.js";
import { describeSections, isReadable, nameIn, readSections, type Sections } from "./sections.js";
import { expansionsOf, readSurroundings, type Surroundings } from "./surroundings.js";

const ownLog = "it is about supervisord's own log";
const limits = "drover sets no limits of the kernel: run it by sh -c with ulimit";
const control = "drover is controlled by its own socket, its command line and its REST API";

/** What becomes of sections that are no programs. */
const documentRules: readonly DocumentRule[] = [
  { field: "supervisord.environment", outcome: "mapped", note: "every process has it; a variable of its own wins" },
  { field: "supervisord.user", outcome: "mapped", note: "processes without a user of their own run as this one" },
  { field: "supervisord.umask", outcome: "mapped", note: "processes without an umask of their own have this one" },
  {
    field: "supervisord.directory",
    outcome: "mapped",
    note: "relative paths begin there, and processes run there; not with nodaemon=true",
  },
  {
    field: "supervisord.nodaemon",
    outcome: "dropped",
    note: "`drover up` runs in the foreground, with --detach behind",
  },
  { field: "supervisord.childlogdir", outcome: "dropped", note: "logs without a name are in the state directory" },
  { field: "supervisord.nocleanup", outcome: "dropped", note: "logs are kept when drover starts" },
  { field: "supervisord.strip_ansi", outcome: "dropped", note: "processes write their logs themselves, as they are" },
  { field: "supervisord.pidfile", outcome: "dropped", note: "drover has a record of itself in the state directory" },
  { field: "supervisord.identifier", outcome: "dropped", note: "a manager is known by its state directory" },
  { field: "supervisord.minfds", outcome: "dropped", note: limits },
  { field: "supervisord.minprocs", outcome: "dropped", note: limits },
  ...["logfile", "logfile_maxbytes", "logfile_backups", "loglevel", "silent"].map((key) => {
    return { field: `supervisord.${key}`, outcome: "dropped" as const, note: ownLog };
  }),
  { field: "supervisord.profile_options", outcome: "dropped", note: "it is about supervisord's own work" },
  { field: "group:x.programs", outcome: "mapped", note: "the group of these processes" },
  {
    field: "group:x.priority",
    outcome: "approximated",
    note: "processes are listed and started in its order, without waiting",
  },
  { field: "include.files", outcome: "mapped", note: "they are one document with this file" },
  { field: "include:x", outcome: "dropped", note: "an [include] of an included file: supervisord reads it neither" },
  {
    field: "eventlistener:x",
    outcome: "dropped",
    note: "there are no event listeners: notifications$ and /api/events tell what happens",
  },
  {
    field: "fcgi-program:x",
    outcome: "dropped",
    note: "drover opens no sockets for programs: let it listen itself, as a [program:x]",
  },
  { field: "rpcinterface:x", outcome: "dropped", note: control },
  { field: "unix_http_server", outcome: "dropped", note: control },
  { field: "inet_http_server", outcome: "dropped", note: "`drover up --listen HOST:PORT` serves the REST API" },
  { field: "supervisorctl", outcome: "dropped", note: "the commands of drover find their manager by --state-dir" },
  { field: "ctlplugin:x", outcome: "dropped", note: "drover's own commands take no plugins" },
];

/** `supervisord.conf` and the files it includes. */
export const supervisord: Format = {
  name: "supervisord",
  title: "supervisord",
  files: "supervisord.conf, conf.d/*.conf, *.ini",
  relativeTo: "host",
  read: readConfigParser,
  detect,
  firstLine: /^\[[A-Za-z][\w-]*(?:\]|:)/,
  entries: listEntries,
  constants: [
    { to: "restart.backoff.initial", value: "1s", why: "the first retry is a second later" },
    { to: "restart.backoff.multiplier", value: 2, why: "of three retries the delays are 1, 2 and 3 seconds" },
  ],
  rules: supervisordFields(),
  documentRules,
  includes: listIncludes,
  join: joinSections,
};

const ownSection =
  /^(?:supervisord|supervisorctl|(?:unix|inet)_http_server|(?:program|group|eventlistener|fcgi-program|rpcinterface):.*)$/;

function detect(value: unknown): boolean {
  if (!isObject(value)) return false;
  const hasOwn = Object.entries(value).some(([name, keys]) => ownSection.test(name) && hasTexts(keys));
  return hasOwn || (isObject(value["include"]) && "files" in value["include"] && hasTexts(value["include"]));
}

/** What a section of this reading is, and nothing that JSON or YAML can have. */
const hasTexts = (keys: unknown): boolean => isObject(keys) && Object.values(keys).every(Array.isArray);

function listEntries(value: unknown, scope: Scope): Entries {
  const sections = readSections(value);
  const { surroundings, problems } = readSurroundings(sections, scope);
  const programs = listPrograms(sections, surroundings);
  const faults: Problem[] = [...problems, ...complainAboutIncludes(sections, scope)];
  for (const { section, name } of programs) {
    const complaint = complainAboutName(name);
    if (complaint !== undefined) faults.push(problemAt([section], complaint, "key"));
  }
  const isUsable = isReadable(sections.get("supervisord")) && !faults.some(({ path }) => path[0] === "supervisord");
  const usable = programs.filter(
    ({ name, settings }) => isUsable && isReadable(settings) && complainAboutName(name) === undefined,
  );
  const processes = listProcesses(usable, surroundings);
  const sectionRows = describeSections(value, documentRules).map((row) => withRemark(row, surroundings));
  const rows = [...sectionRows, ...describeEmpty(usable, processes)];
  return { entries: nameApart([...processes].sort(byOrder)), rows, problems: faults };
}

/** What of the surroundings of the import is in every process is told once, where it stands. */
function withRemark(row: PlacelessRow, { from }: Surroundings): PlacelessRow {
  const [section, key] = row.path;
  const remark = section === "supervisord" ? remarkOn(from.get(String(key)) ?? []) : undefined;
  if (remark === undefined || row.outcome === "dropped") return row;
  return { ...row, outcome: "approximated", note: `${row.note}; ${remark}` };
}

function listPrograms(sections: Sections, { groupsOf }: Surroundings): readonly Program[] {
  return [...sections].flatMap(([section, settings]) => {
    const name = nameIn(section, "program");
    if (name === undefined) return [];
    const groups = groupsOf.get(name) ?? [undefined];
    return groups.map((group) => ({ section, name, settings, group }));
  });
}

function byOrder({ order: [one, own] }: ProgramProcess, { order: [other, others] }: ProgramProcess): number {
  return one === other ? own - others : one - other;
}

/** supervisord tells processes of the same name apart by their groups, as drover does not. */
function nameApart(processes: readonly ProgramProcess[]): readonly Entry[] {
  const counts = new Map<string, number>();
  for (const { name } of processes) counts.set(name, (counts.get(name) ?? 0) + 1);
  return processes.map(({ entry, name, group }) => {
    return { ...entry, key: counts.get(name) === 1 ? name : `${group}:${name}` };
  });
}

function describeEmpty(programs: readonly Program[], processes: readonly ProgramProcess[]): readonly PlacelessRow[] {
  const sections = new Set(processes.map(({ entry }) => entry.path[0]));
  const empty = programs.filter(({ section }) => !sections.has(section));
  const note = "numprocs=0: it has no process";
  return empty.map(({ section }) => ({ process: "", path: [section], outcome: "dropped", to: "", note }));
}

function listIncludes(value: unknown, scope: Scope): readonly string[] {
  const files = readSections(value).get("include")?.get("files");
  const expanded = files === undefined ? undefined : expansionsOf(scope).expand(files);
  return expanded === undefined || "message" in expanded
    ? []
    : expanded.text.split(/\s+/).filter((file) => file !== "");
}

function complainAboutIncludes(sections: Sections, scope: Scope): readonly Problem[] {
  const include = sections.get("include");
  if (include === undefined) return [];
  const files = include.get("files");
  const complaint =
    files === undefined ? { message: "is missing", expected: "files and patterns" } : expansionsOf(scope).expand(files);
  return "message" in complaint ? [problemAt(["include", "files"], complaint)] : [];
}
