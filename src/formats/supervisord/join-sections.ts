import type { PathPart, Problem } from "../../template/problem.js";
import type { Position, SourceDocument } from "../../template/source-document.js";
import { isObject } from "../../template/validate.js";
import { faultsOf, locateIn } from "../document-part.js";
import type { DocumentPart } from "../format.js";
import { wordOf } from "../kind.js";

/** Where something of the joined document comes from. */
interface Origin {
  readonly part: DocumentPart;
  readonly path: readonly PathPart[];
}

/** One document of a file of sections and those it includes: sections of the same name are one, and later values count. */
export function joinSections(parts: readonly DocumentPart[]): SourceDocument {
  const joint = new Joint();
  for (const part of parts) {
    for (const [name, keys] of membersOf(part.document.value)) joint.add(part, name, keys);
  }
  const sections = [...joint.sections].map(([name, keys]) => [name, Object.fromEntries(keys)] as const);
  const faults = parts.flatMap(faultsOf);
  return { value: Object.fromEntries(sections), faults, locate: (path, at) => joint.locate(path, at) };
}

const membersOf = (value: unknown): readonly [string, unknown][] => (isObject(value) ? Object.entries(value) : []);

class Joint {
  readonly sections = new Map<string, Map<string, string[]>>();
  readonly #origins = new Map<string, Origin>();

  add(part: DocumentPart, name: string, keys: unknown): void {
    // What an included file includes is not read; under a name of its own it is told, and does not count.
    const section = name === "include" && part.file !== "" ? `include:${part.file}` : name;
    const joined = this.sections.get(section) ?? new Map<string, string[]>();
    this.sections.set(section, joined);
    if (!this.#origins.has(section)) this.#origins.set(section, { part, path: [name] });
    for (const [key, values] of membersOf(keys)) {
      const texts = joined.get(key) ?? [];
      joined.set(key, texts);
      for (const [index, text] of (Array.isArray(values) ? values : []).entries()) {
        this.#origins.set(`${section}\0${key}\0${texts.length}`, { part, path: [name, key, index] });
        texts.push(replaceHere(wordOf(text), part));
      }
    }
  }

  locate(path: readonly PathPart[], at: Problem["at"]): Position | undefined {
    const origin = this.#originOf(path);
    return locateIn(origin?.part, origin?.path ?? [], at);
  }

  /** Of a key that is none of the section the default one may know more. */
  #originOf([section = "", key = "", index]: readonly PathPart[]): Origin | undefined {
    const values = this.sections.get(String(section))?.get(String(key)) ?? [];
    const owner = this.#origins.get(String(section));
    const around = owner && { ...owner, path: [...owner.path, key] };
    return this.#origins.get(`${section}\0${key}\0${index ?? values.length - 1}`) ?? around;
  }
}

/** `%(here)s` is the directory of the file it stands in, whichever file includes that. */
function replaceHere(text: string, { directory, file }: DocumentPart): string {
  return file === "" ? text : text.replaceAll("%(here)s", () => directory.replaceAll("%", "%%"));
}
