import { isSecretName } from "./secrets.js";

/** What stands in place of a secret. */
export const masked = "***";

/** A password in a URL: `postgres://user:password@host`. */
const urlPassword = /([a-z][a-z0-9+.-]*:\/\/[^/?#\s:@]*:)([^/?#\s]*)@/gi;

/** What an HTTP header has after `Authorization:`. */
const credentials = /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi;

/** A name and what separates it from its value: `NAME=`, `?name=`, `"name": `, and of a flag also a blank. */
const nameBefore = /(--?)?([A-Za-z_][\w.-]*)(?:["']?\s*=\s*|["']?\s*:\s*|\s+(?!-))/g;

/** Up to where a shell, a query string or a JSON document would end it. */
const valueAfter = /"(?:[^"\\]|\\.)*(?:"|$)|'[^']*(?:'|$)|[^\s"'&;|,]+/y;

/**
 * A text for people with its secrets masked: passwords in URLs, credentials of HTTP headers, and what follows a name that says
 * it is a secret, as a variable (`API_KEY=…`) or a flag (`--api-key …`). References such as `${API_KEY}` stay.
 */
export function maskText(text: string): string {
  const shown = text
    .replace(urlPassword, (whole, before: string, password: string) =>
      password === "" || isReference(password) ? whole : `${before}${masked}@`,
    )
    .replace(credentials, (_whole, scheme: string) => `${scheme} ${masked}`);
  return maskNamed(shown);
}

/** Arguments of a program with their secrets masked, also one that is the argument after its flag. */
export function maskArguments(args: readonly string[]): string[] {
  return args.map((argument, index) => {
    const before = args[index - 1];
    const [, flag] = /^(--?[A-Za-z][\w.-]*)=/.exec(argument) ?? [];
    // Of one argument all belongs to the flag, blanks as well.
    if (flag !== undefined && isSecretFlag(flag)) return maskValue(argument, flag.length + 1);
    const isValue = before !== undefined && isSecretFlag(before) && !/^--?[A-Za-z]/.test(argument);
    return isValue && !isReference(argument) ? masked : maskText(argument);
  });
}

function maskValue(argument: string, from: number): string {
  const value = argument.slice(from);
  return value === "" || isReference(value) ? argument : `${argument.slice(0, from)}${masked}`;
}

/** Variables with the values of those masked that hold a secret, by their name or by a password in them. */
export function maskVariables(variables: Readonly<Record<string, string>>): Record<string, string> {
  const shown = Object.entries(variables).map(([name, text]): [string, string] => {
    return [name, isSecretName(name) && text !== "" && !isReference(text) ? masked : maskText(text)];
  });
  return Object.fromEntries(shown);
}

function maskNamed(text: string): string {
  let shown = "";
  let kept = 0;
  // Not by one pattern for both: the value of one name may begin with the next name, as in `env API_KEY=…`.
  for (const match of text.matchAll(nameBefore)) {
    if (match.index < kept || !leadsToSecret(match)) continue;
    const end = match.index + match[0].length;
    valueAfter.lastIndex = end;
    const [value = ""] = valueAfter.exec(text) ?? [];
    if (value === "" || isReference(value) || (isProse(match) && !looksLikeSecret(value))) continue;
    shown += `${text.slice(kept, end)}${masked}`;
    kept = end + value.length;
  }
  return shown + text.slice(kept);
}

function leadsToSecret([whole, dashes, name = ""]: RegExpExecArray): boolean {
  // A blank alone separates only a flag from its value: "the token is" tells no secret.
  const isAssignment = /[=:]\s*$/.test(whole);
  return isSecretName(name) && (isAssignment || dashes !== undefined);
}

/** `name: value` without quotes is also how people write: "token: expected a text". */
function isProse([whole]: RegExpExecArray): boolean {
  return /[\w.-]\s*:\s*$/.test(whole);
}

function looksLikeSecret(value: string): boolean {
  return value.length >= 8 && /\d/.test(value);
}

function isSecretFlag(argument: string): boolean {
  return /^--?[A-Za-z][\w.-]*$/.test(argument) && isSecretName(argument);
}

/** What a reference stands for is not told by it. */
function isReference(text: string): boolean {
  return /^\$\{\w+(?::?\?[^}]*)?\}$|^\$\w+$/.test(text);
}
