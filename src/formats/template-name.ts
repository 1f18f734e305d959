/** A foreign name as the name of a template, and what was changed about it; empty when nothing was. */
export function templateName(key: string): { readonly name: string; readonly note: string } {
  const name = key
    .replace(/[^A-Za-z0-9._@-]+/g, "-")
    .replace(/^[.-]+/, "")
    .replace(/-+$/, (end) => (key.endsWith(end) ? end : ""))
    .slice(0, 128);
  return {
    name,
    note: name === key ? "" : `the name becomes ${JSON.stringify(name)}: names are letters, digits and . _ @ -`,
  };
}
