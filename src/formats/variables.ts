/**
 * A value of a variable that another system takes as it is, written so that drover does the same: `${` would be a reference,
 * and `$$` one dollar.
 */
export function literal(value: string): string {
  return /\$[${]/.test(value) ? value.replaceAll("$", "$$$$") : value;
}

/** Every value of some variables, changed. */
export function mapValues(
  variables: Readonly<Record<string, string>>,
  change: (value: string, name: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, change(value, name)]));
}
