/** A fenced block of a page. */
export interface Fence {
  /** First word after the backticks: `ts`, `sh`, `yaml`, … */
  readonly language: string;
  /** The words after the language: what a test does with the fence. */
  readonly tags: readonly string[];
  readonly code: string;
  /** Line of the opening backticks, from 1. */
  readonly line: number;
}

/** A link to something in the repository. */
export interface RelativeLink {
  readonly path: string;
  /** Without `#`; empty for the whole page. */
  readonly anchor: string;
}

const opening = /^ {0,3}(`{3,}|~{3,})\s*(.*)$/;

/** The fenced blocks of a page, in order. Throws when one is not closed. */
export function parseFences(text: string): readonly Fence[] {
  const lines = text.split("\n");
  const fences: Fence[] = [];
  for (let at = 0; at < lines.length; at++) {
    const match = opening.exec(lines[at] ?? "");
    if (match === null) continue;
    const end = lines.findIndex((line, index) => index > at && line.trim() === match[1]);
    if (end === -1) throw new Error(`line ${at + 1}: the fence is not closed`);
    const [language = "", ...tags] = (match[2] ?? "").trim().split(/\s+/);
    fences.push({ language, tags, code: `${lines.slice(at + 1, end).join("\n")}\n`, line: at + 1 });
    at = end;
  }
  return fences;
}

/** Links and images that point into the repository; absolute addresses are left out. */
export function parseLinks(text: string): readonly RelativeLink[] {
  const prose = withoutFences(text).replaceAll(/`[^`\n]*`/g, "");
  const inline = [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)];
  const references = [...prose.matchAll(/^\[[^\]]+\]:\s*<?(\S+?)>?$/gm)];
  return [...inline, ...references]
    .map(([, target = ""]) => target)
    .filter((target) => !/^([a-z][a-z0-9+.-]*:|\/\/)/i.test(target))
    .map((target) => {
      const [path = "", anchor = ""] = target.split("#");
      return { path, anchor };
    });
}

/** The anchors GitHub gives to the headings of a page, and those written as `<a id="…">`. */
export function parseAnchors(text: string): ReadonlySet<string> {
  const prose = withoutFences(text);
  const seen = new Map<string, number>();
  const anchors = [...prose.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id = ""]) => id);
  for (const [, title = ""] of prose.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const slug = slugOf(title);
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    anchors.push(count === 0 ? slug : `${slug}-${count}`);
  }
  return new Set(anchors);
}

function slugOf(title: string): string {
  const text = title.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll(/[`*]/g, "");
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");
}

function withoutFences(text: string): string {
  const lines = text.split("\n");
  for (const { line, code } of parseFences(text)) lines.fill("", line - 1, line + code.split("\n").length);
  return lines.join("\n");
}
