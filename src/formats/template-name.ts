/** A foreign name as the name of a template, and what was changed about it; empty when nothing was. */
export function templateName(key: string): { readonly name: string; readonly note: string } {
  const name = withoutEnd(key.replace(/[^A-Za-z0-9._@-]+/g, "-").replace(/^[.-]+/, ""), key).slice(0, 128);
  return {
    name,
    note: name === key ? "" : `the name becomes ${JSON.stringify(name)}: names are letters, digits and . _ @ -`,
  };
}

/** Hyphens at the end stay where the foreign name has as many. */
function withoutEnd(name: string, key: string): string {
  let length = name.length;
  while (name[length - 1] === "-") length -= 1;
  return key.endsWith(name.slice(length)) ? name : name.slice(0, length);
}
