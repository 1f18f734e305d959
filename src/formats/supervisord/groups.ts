import { type Complaint, isComplaint, problemAt } from "../../template/complaint.js";
import type { Problem } from "../../template/problem.js";
import { readInteger } from "../words-of-ini.js";
import type { Expansions } from "./expansions.js";
import { nameIn, type Sections, type Settings } from "./sections.js";

export interface Group {
  readonly name: string;
  readonly priority: number;
}

/** Without a priority of their own, all have this one. */
export const usualPriority = 999;

/** The groups that name a program. A group with a mistake has those of its programs that are there. */
export interface Groups {
  readonly groupsOf: ReadonlyMap<string, readonly Group[]>;
  readonly faults: readonly Problem[];
}

export function readGroups(sections: Sections, expansions: Expansions): Groups {
  const groupsOf = new Map<string, Group[]>();
  const faults: Problem[] = [];
  for (const [section, settings] of sections) {
    const name = nameIn(section, "group");
    if (name === undefined) continue;
    const priority = priorityOf(settings.get("priority"), expansions);
    const programs = listPrograms(settings, expansions);
    const names = "message" in programs ? [] : programs.names;
    faults.push(
      ...faultAt([section], complainAboutName(name)),
      ...faultAt([section, "programs"], "message" in programs ? programs : complainAboutPrograms(names, sections)),
      ...faultAt([section, "priority"], typeof priority === "number" ? undefined : priority),
    );
    const group = { name, priority: typeof priority === "number" ? priority : usualPriority };
    for (const each of new Set(names)) {
      const groups = groupsOf.get(each) ?? [];
      groupsOf.set(each, groups);
      groups.push(group);
    }
  }
  return { groupsOf, faults };
}

const faultAt = (path: readonly string[], complaint: Complaint | undefined): readonly Problem[] =>
  complaint === undefined ? [] : [problemAt(path, complaint)];

function listPrograms(settings: Settings, expansions: Expansions): { readonly names: readonly string[] } | Complaint {
  const expanded = expansions.expand(settings.get("programs") ?? "");
  return "message" in expanded ? expanded : { names: expanded.text.split(",").map((each) => each.trim()) };
}

function complainAboutPrograms(names: readonly string[], sections: Sections): Complaint | undefined {
  const unknown = names.filter((each) => !sections.has(`program:${each}`) && !sections.has(`fcgi-program:${each}`));
  if (unknown.length === 0) return undefined;
  if (unknown.includes("")) return { message: "names no program", expected: "programs=web,worker" };
  return {
    message: `no section [program:${unknown[0]}] is there`,
    expected: "names of programs, with commas between them",
  };
}

export function priorityOf(text: string | undefined, expansions: Expansions): number | Complaint {
  const expanded = expansions.expand(text ?? String(usualPriority));
  const read = "message" in expanded ? expanded : readInteger(expanded.text);
  return isComplaint(read) ? read : read.value;
}

/** The names of programs, groups and processes. */
export function complainAboutName(name: string): Complaint | undefined {
  if (name !== "" && !/[ :/]/.test(name)) return undefined;
  const expected = "a name without blanks, colons and slashes";
  return { message: name === "" ? "has no name" : `cannot be called ${JSON.stringify(name)}`, expected };
}
