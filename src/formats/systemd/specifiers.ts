import { hostname } from "node:os";
import { basename } from "node:path";
import { isObject } from "../../template/validate.js";
import type { Scope } from "../format.js";
import { scalarText } from "../kind.js";
import { Prepared } from "../prepared.js";

/** What `%i` and its kin stand for, systemd.unit(5); undefined for what systemd alone knows. */
type Specifiers = ReadonlyMap<string, string | undefined>;

/** The name of a unit by its file, without `.service`. */
export function unitName({ file }: Pick<Scope, "file">): string {
  return basename(file).replace(/\.service$/, "");
}

/** A unit with values in place of its specifiers. */
export function fillSpecifiers(unit: unknown, scope: Scope): unknown {
  if (!isObject(unit)) return unit;
  const specifiers = specifiersOf(scope);
  const sections = Object.entries(unit).map(([name, settings]) => {
    const filled = Object.entries(isObject(settings) ? settings : {}).map(([key, values]) => {
      return [key, Array.isArray(values) ? fillTexts(values, specifiers, settingsOfWords.includes(key)) : values];
    });
    return [name, isObject(settings) ? Object.fromEntries(filled) : settings];
  });
  return Object.fromEntries(sections) as unknown;
}

/** Settings that are taken apart into words before systemd puts values in: a blank or a backslash in one parts and means nothing. */
const settingsOfWords = ["ExecStart", "ExecStartPre", "ExecStop", "Environment"];

function specifiersOf(scope: Scope): Specifiers {
  const name = unitName(scope);
  const [prefix = "", instance] = name.split(/@(.*)/s);
  // The unit `web@.service` is for instances, and its name tells none.
  const one = instance === "" ? undefined : (instance ?? "");
  const places = { t: "/run", S: "/var/lib", C: "/var/cache", L: "/var/log", E: "/etc", T: "/tmp", V: "/var/tmp" };
  return new Map<string, string | undefined>([
    ...Object.entries({ "%": "%", n: `${name}.service`, N: name, p: prefix, P: unescapeName(prefix) }),
    ...Object.entries({ i: one, I: one === undefined ? one : unescapeName(one), j: prefix.replace(/^.*-/, "") }),
    ...Object.entries({ h: scope.home, H: hostname(), ...places }),
  ]);
}

/** Names of units have `-` for `/`, and `\x2d` for other characters, systemd-escape(1). */
function unescapeName(name: string): string {
  return name
    .replaceAll("-", "/")
    .replace(/\\x([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** Every setting of a file is a list of texts; one in code may hold anything. */
function fillTexts(values: readonly unknown[], specifiers: Specifiers, isInWords: boolean): unknown {
  const texts = values.map(scalarText);
  if (texts.every((text) => text !== undefined)) return fillAll(texts, specifiers, isInWords);
  return Prepared.fault({ message: `is a list whose item ${texts.indexOf(undefined) + 1} is no text` });
}

function fillAll(values: readonly string[], specifiers: Specifiers, isInWords: boolean): unknown {
  const used = new Set<string>();
  let unknown: string | undefined;
  const filled = values.map((value) =>
    value.replace(/%([A-Za-z%])/g, (specifier, letter: string) => {
      const text = specifiers.get(letter);
      if (text === undefined) unknown ??= specifier;
      else if (!exact.includes(letter)) used.add(specifier);
      return isInWords
        ? (text ?? specifier).replaceAll("\\", "\\\\").replace(/["']/g, "\\$&").replaceAll(" ", "\\s")
        : (text ?? specifier);
    }),
  );
  if (unknown !== undefined) return Prepared.fault(faultOf(unknown));
  return used.size === 0 ? filled : Prepared.of(filled, `with ${[...used].join(", ")} as for a service of this system`);
}

/** Those that the name of the file tells. */
const exact = "%nNpPiIj";

function faultOf(specifier: string): { readonly message: string; readonly fix?: string } {
  if (/[iI]/.test(specifier)) {
    const message = `has ${specifier}, and the name of the file tells no instance`;
    return { message, fix: "import it by a link with a name such as web@NAME.service" };
  }
  return {
    message: `has ${specifier}, which only systemd can tell`,
    fix: "write what it stands for, or %% for a percent sign",
  };
}
