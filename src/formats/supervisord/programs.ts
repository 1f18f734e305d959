import { resolve } from "node:path";
import { isComplaint } from "../../template/complaint.js";
import type { Entry } from "../format.js";
import { Prepared } from "../prepared.js";
import { templateName } from "../template-name.js";
import { readInteger } from "../words-of-ini.js";
import { readEnvironment, type SupervisordEnvironment } from "./environment.js";
import { type Expansions, mentions, remarkOn } from "./expansions.js";
import { complainAboutName, type Group, priorityOf, usualPriority } from "./groups.js";
import type { Settings } from "./sections.js";
import { expandHome, type Surroundings } from "./surroundings.js";

/** A section of a program, as a member of one group. */
export interface Program {
  readonly section: string;
  readonly name: string;
  readonly settings: Settings;
  /** Undefined for one that no group names. */
  readonly group: Group | undefined;
}

/** A process of a program, as an entry whose name may be that of others, too. */
export interface ProgramProcess {
  readonly entry: Entry;
  readonly name: string;
  /** What supervisord calls the group it is in. */
  readonly group: string;
  /** Of its group, and its own. */
  readonly order: readonly [number, number];
}

/** How many processes a program has, and whether they are alike but for their names. */
interface Numbers {
  readonly count: number;
  readonly start: number;
  readonly isAlike: boolean;
}

/** More than a host can hold. */
const mostProcesses = 10_000;

/** The processes of all programs, up to a few more than an import takes. */
export function listProcesses(programs: readonly Program[], surroundings: Surroundings): readonly ProgramProcess[] {
  const processes: ProgramProcess[] = [];
  for (const program of programs) {
    if (processes.length > mostProcesses) break;
    processes.push(...processesOf(program, surroundings));
  }
  return processes;
}

/** The processes of a program: one entry when they are alike, else one for each. */
function processesOf(program: Program, surroundings: Surroundings): readonly ProgramProcess[] {
  const group = program.group?.name ?? program.name;
  const words = { program_name: program.name, group_name: group };
  const expansions = surroundings.expansions.withPlain(words);
  const numbers = countProcesses(program, expansions);
  const own = priorityOf(program.settings.get("priority"), expansions);
  const priority = typeof own === "number" ? own : usualPriority;
  const order = [program.group?.priority ?? priority, priority] as const;
  return Array.from({ length: numbers.isAlike ? 1 : numbers.count }, (_, index) => {
    const number = { process_num: numbers.start + index, numprocs: numbers.count };
    const maker = new ProcessMaker(program, surroundings, {
      early: expansions,
      late: expansions.withPlain(number),
      numbers,
    });
    return { ...maker.make(), group, order };
  });
}

function countProcesses({ settings, name }: Program, expansions: Expansions): Numbers {
  const [count = 1, start = 0] = ["numprocs", "numprocs_start"].map((key) => {
    const expanded = expansions.expand(settings.get(key) ?? (key === "numprocs" ? "1" : "0"));
    const read = "message" in expanded ? expanded : readInteger(expanded.text);
    return isComplaint(read) ? undefined : read.value;
  });
  const depends = [...settings].some(([key, text]) => key !== "process_name" && mentions(text, "process_num"));
  const processName = settings.get("process_name") ?? name;
  const isWrong = count > mostProcesses || (count > 1 && !mentions(processName, "process_num"));
  return { count: isWrong ? 1 : Math.max(0, count), start, isAlike: !isWrong && count > 1 && !depends };
}

/** Settings that supervisord reads anew for each process of a program. */
const isOfProcess = (key: string): boolean => /^(?:command|process_name|directory|std(?:out|err)_)/.test(key);

class ProcessMaker {
  readonly #program: Program;
  readonly #surroundings: Surroundings;
  readonly #early: Expansions;
  readonly #late: Expansions;
  readonly #numbers: Numbers;
  readonly #environment: SupervisordEnvironment | undefined;

  constructor(
    program: Program,
    surroundings: Surroundings,
    { early, late, numbers }: { readonly early: Expansions; readonly late: Expansions; readonly numbers: Numbers },
  ) {
    const environment = readEnvironment(program.settings.get("environment") ?? "", late);
    this.#environment = "message" in environment ? undefined : environment;
    this.#program = program;
    this.#surroundings = surroundings;
    this.#early = early;
    this.#late = this.#environment === undefined ? late : late.with(this.#environment.words);
    this.#numbers = numbers;
  }

  make(): Pick<ProgramProcess, "entry" | "name"> {
    const { section, name, settings, group } = this.#program;
    const values = [...settings].map(([key, text]) => [key, this.#prepare(key, text)] as const);
    const value: Record<string, Prepared> = Object.fromEntries(values);
    value["command"] ??= Prepared.fault({ message: "is missing", expected: "the program that is run" });
    const processName = value["process_name"]?.value;
    const isNamed = typeof processName === "string" && !this.#numbers.isAlike;
    const groupName = group?.name ?? (this.#numbers.count > 1 && !this.#numbers.isAlike ? name : undefined);
    const named = groupName === undefined ? {} : { "group:x": templateName(groupName).name };
    const defaults = { ...this.#surroundings.defaults, ...named };
    return { entry: { path: [section], value, defaults }, name: isNamed ? processName : name };
  }

  #prepare(key: string, text: string): Prepared {
    if (key === "environment") return this.#prepareEnvironment(text);
    const expansions = isOfProcess(key) ? this.#late : this.#early;
    const first = expansions.expand(text);
    const isLog = /^std(?:out|err)_logfile$/.test(key);
    // supervisord expands the names of logs a second time.
    const expanded = isLog && "text" in first ? expansions.expand(first.text) : first;
    if ("message" in expanded) return Prepared.fault(expanded);
    const from = [...new Set([...expanded.from, ...("from" in first ? first.from : [])])];
    return this.#finish(key, expanded.text, remarkOn(from));
  }

  #finish(key: string, text: string, remark: string | undefined): Prepared {
    const { directory, scope } = this.#surroundings;
    if (key === "directory") return Prepared.of(resolve(directory, text), remark);
    if (key.endsWith("_logfile") && !/^(?:none|off|auto|syslog)$/i.test(text))
      return Prepared.of(resolve(directory, expandHome(text, scope)), remark);
    if (key === "process_name") return this.#prepareName(text, remark);
    if (key === "numprocs") return this.#prepareCount(text, remark);
    const isCounted = key === "numprocs_start" && this.#numbers.isAlike;
    return Prepared.of(text, isCounted ? "the processes are counted from 1" : remark);
  }

  #prepareEnvironment(text: string): Prepared {
    const own = this.#environment;
    if (own === undefined) {
      const complaint = readEnvironment(text, this.#late);
      return "message" in complaint ? Prepared.fault(complaint) : Prepared.of({});
    }
    const { environment, from } = this.#surroundings;
    return Prepared.of(
      { ...environment, ...own.variables },
      remarkOn([...new Set([...(from.get("environment") ?? []), ...own.from])]),
    );
  }

  #prepareName(text: string, remark: string | undefined): Prepared {
    const complaint = complainAboutName(text.trim());
    if (complaint !== undefined) return Prepared.fault(complaint);
    const { count, isAlike } = this.#numbers;
    const { name } = this.#program;
    return Prepared.of(text.trim(), isAlike ? `the processes are called ${name}-1 to ${name}-${count}` : remark);
  }

  #prepareCount(text: string, remark: string | undefined): Prepared {
    const { count, isAlike } = this.#numbers;
    const wanted = Number(text);
    if (wanted > mostProcesses) return Prepared.fault({ message: `is ${text}`, expected: `at most ${mostProcesses}` });
    if (wanted > 1 && count === 1) {
      const expected = "a process_name with %(process_num)d in it, such as %(program_name)s_%(process_num)02d";
      return Prepared.fault({ message: `several processes cannot have one name`, expected });
    }
    if (isAlike || count === 1) return Prepared.of(text, remark);
    return Prepared.of("1", `a template for each of the ${count} processes`);
  }
}
