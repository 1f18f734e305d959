import { isObject } from "../../template/validate.js";
import type { DocumentRule, PlacelessRow } from "../format.js";
import { scalarText } from "../kind.js";
import { defaultSection, unreadableKey } from "./config-parser-document.js";

/** The values of a section by their keys, as they are written. */
export type Settings = ReadonlyMap<string, string>;

/** The sections of a file by their names, each with what the default section adds to it. */
export type Sections = ReadonlyMap<string, Settings>;

export function readSections(value: unknown): Sections {
  const sections = isObject(value) ? Object.entries(value) : [];
  const defaults = isObject(value) && isObject(value[defaultSection]) ? settingsOf(value[defaultSection]) : [];
  const named = sections.filter(([name, keys]) => name !== defaultSection && isObject(keys));
  return new Map(named.map(([name, keys]) => [name, new Map([...defaults, ...settingsOf(keys)])]));
}

/** Of a key that is given several times the last value counts. */
function settingsOf(keys: unknown): readonly [string, string][] {
  const texts = Object.entries(isObject(keys) ? keys : {}).map(([key, value]) => {
    return [key, scalarText(Array.isArray(value) ? value.at(-1) : value)] as const;
  });
  return texts.flatMap(([key, text]) => (text === undefined ? [] : [[key, text] as [string, string]]));
}

/** Whether all of its lines could be read: what one that could not was to say might be its user. */
export const isReadable = (settings: Settings | undefined): boolean => settings?.has(unreadableKey) !== true;

/** What follows the colon in `program:web`; undefined for another kind of section. */
export function nameIn(section: string, kind: string): string | undefined {
  return section.startsWith(`${kind}:`) ? section.slice(kind.length + 1).trim() : undefined;
}

/** Rows about all sections but those of programs, and about values that do not count. */
export function describeSections(value: unknown, rules: readonly DocumentRule[]): readonly PlacelessRow[] {
  const sections = Object.entries(isObject(value) ? value : {});
  return sections.flatMap(([section, keys]) => [
    ...(section.startsWith("program:") || section === defaultSection ? [] : describeSection(section, keys, rules)),
    ...readableOf(keys).flatMap(([key, values]) => describeRepeated([section, key], values)),
  ]);
}

function describeSection(section: string, keys: unknown, rules: readonly DocumentRule[]): readonly PlacelessRow[] {
  const kind = section.replace(/:[\s\S]*$/, ":x");
  const ofKeys = rules.filter(({ field }) => field.startsWith(`${kind}.`));
  if (ofKeys.length === 0) {
    const note = "supervisord has no such section";
    return [describe([section], rules.find(({ field }) => field === kind) ?? { outcome: "dropped", note })];
  }
  return readableOf(keys).map(([key]) => {
    const note = `supervisord has no such setting of ${kind}`;
    return describe(
      [section, key],
      ofKeys.find(({ field }) => field === `${kind}.${key}`) ?? { outcome: "dropped", note },
    );
  });
}

function readableOf(keys: unknown): readonly [string, unknown][] {
  return Object.entries(isObject(keys) ? keys : {}).filter(([key]) => key !== unreadableKey);
}

function describeRepeated(path: readonly string[], values: unknown): readonly PlacelessRow[] {
  const earlier = Array.isArray(values) ? values.slice(0, -1) : [];
  const note = "the same key is given again further down, and the last one counts";
  return earlier.map((_, index) => describe([...path, index], { outcome: "dropped", note }));
}

function describe(path: PlacelessRow["path"], { outcome, note }: Pick<DocumentRule, "outcome" | "note">): PlacelessRow {
  return { process: "", path, outcome, to: "", note };
}
