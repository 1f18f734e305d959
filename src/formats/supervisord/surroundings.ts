import { hostname } from "node:os";
import { resolve } from "node:path";
import { type Complaint, isComplaint, problemAt } from "../../template/complaint.js";
import type { Problem } from "../../template/problem.js";
import type { Scope } from "../format.js";
import { Prepared } from "../prepared.js";
import { readOctal, readSwitch } from "../words-of-ini.js";
import { readEnvironment } from "./environment.js";
import { Expansions, remarkOn } from "./expansions.js";
import { type Group, readGroups } from "./groups.js";
import type { Sections, Settings } from "./sections.js";

/** What a file says that holds for several of its programs. */
export interface Surroundings {
  readonly scope: Scope;
  readonly expansions: Expansions;
  readonly environment: Readonly<Record<string, string>>;
  /** What of the surroundings of the import is written into the settings of supervisord, by their keys. */
  readonly from: ReadonlyMap<string, readonly string[]>;
  /** Where relative paths begin. */
  readonly directory: string;
  /** What programs that leave it out get from supervisord. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** The groups that name a program. */
  readonly groupsOf: ReadonlyMap<string, readonly Group[]>;
}

export function expansionsOf(scope: Scope): Expansions {
  const host = { value: hostname(), from: ["the name of this host"] };
  return new Expansions(scope.env).with([
    ["here", { value: scope.directory, from: [] }],
    ["host_node_name", host],
  ]);
}

export function readSurroundings(
  sections: Sections,
  scope: Scope,
): { readonly surroundings: Surroundings; readonly problems: readonly Problem[] } {
  const settings = sections.get("supervisord") ?? new Map<string, string>();
  const base = expansionsOf(scope);
  const read = readEnvironment(settings.get("environment") ?? "", base);
  const environment = "message" in read ? { variables: {}, words: [], from: [] } : read;
  const expansions = base.with(environment.words);
  const daemon = new DaemonSettings(settings, expansions);
  if ("message" in read) daemon.complain("environment", read);
  daemon.from.set("environment", environment.from);
  const directory = directoryOf(daemon, scope);
  const defaults = {
    environment: Prepared.of(environment.variables, remarkOn(environment.from)),
    directory,
    user: daemon.text("user"),
    umask: daemon.read("umask", readOctal),
  };
  const { groupsOf, faults } = readGroups(sections, expansions);
  const { from, problems } = daemon;
  return {
    surroundings: { scope, expansions, environment: environment.variables, from, directory, defaults, groupsOf },
    problems: [...problems, ...faults],
  };
}

/** The section of supervisord itself. */
class DaemonSettings {
  readonly problems: Problem[] = [];
  readonly from = new Map<string, readonly string[]>();
  readonly #settings: Settings;
  readonly #expansions: Expansions;

  constructor(settings: Settings, expansions: Expansions) {
    this.#settings = settings;
    this.#expansions = expansions;
  }

  complain(key: string, complaint: Complaint): void {
    this.problems.push(problemAt(["supervisord", key], complaint));
  }

  text(key: string): string | undefined {
    const expanded = this.#expansions.expand(this.#settings.get(key) ?? "");
    if ("message" in expanded) this.complain(key, expanded);
    else this.from.set(key, expanded.from);
    return "message" in expanded || !this.#settings.has(key) ? undefined : expanded.text;
  }

  read<T>(key: string, reader: (text: string) => { readonly value: T } | Complaint): T | undefined {
    const text = this.text(key);
    const read = text === undefined ? undefined : reader(text);
    if (read !== undefined && isComplaint(read)) this.complain(key, read);
    return read === undefined || isComplaint(read) ? undefined : read.value;
  }
}

/** In the foreground supervisord stays where it was started. */
function directoryOf(daemon: DaemonSettings, scope: Scope): string {
  const directory = daemon.text("directory");
  const isForeground = daemon.read("nodaemon", readSwitch) === true;
  return directory === undefined || isForeground ? scope.hostCwd : resolve(scope.hostCwd, expandHome(directory, scope));
}

/** A path below the home directory of whoever imports; that of somebody else is not looked up. */
export function expandHome(path: string, { home }: Pick<Scope, "home">): string {
  return path.replace(/^~(?=\/|$)/, () => home);
}
