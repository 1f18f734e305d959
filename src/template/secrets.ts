const secretWords: ReadonlySet<string> = new Set([
  "KEY",
  "SECRET",
  "TOKEN",
  "PASS",
  "PASSWORD",
  "CREDENTIAL",
  "CREDENTIALS",
  "AUTH",
]);

/** Whether a variable of this name holds a secret: one of its words says so. MONKEY and AUTHOR have other words. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toUpperCase()
    .split(/[^A-Z0-9]+/);
  // PGPASSWORD is written without a joint.
  return words.some((word) => secretWords.has(word) || word.endsWith("PASSWORD"));
}

/** Whether a value is a URL with a password in it, whatever its variable is called. A reference is no password. */
export function hasPassword(value: string): boolean {
  const [, password] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s:]*:([^/?#\s]*)@/i.exec(value) ?? [];
  return password !== undefined && password !== "" && !isReference(password);
}

/** The environment of a template as it may be written down: a secret given as a value becomes a reference to it. */
export function withoutSecrets(env: Readonly<Record<string, string>>): Record<string, string> {
  const shown = Object.entries(env).map(([name, value]): [string, string] => {
    // What a reference stands for is looked up at each start: it tells nothing.
    const isShown = !hasPassword(value) && (!isSecretName(name) || isOfReferences(value));
    return [name, isShown ? value : `\${${name}}`];
  });
  return Object.fromEntries(shown);
}

/** Whether nothing but references, and what separates them, is in a text: a default in one is a value. */
function isOfReferences(text: string): boolean {
  return text.includes("${") && !/\w/.test(text.replace(/\$\{\w+(?::?\?[^}]*)?\}/g, ""));
}

function isReference(text: string): boolean {
  return /^\$\{[^}]*\}$/.test(text);
}
