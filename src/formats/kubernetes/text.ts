import type { EnvPart } from "../../template/env-reference.js";

/** A text in which Kubernetes replaces `$(NAME)`, and takes `$$` for one dollar. */
export function plainForKubernetes(text: string): string {
  return /\$[$(]/.test(text) ? doubleDollars(text) : text;
}

/** A value with references in the form of Kubernetes. */
export function referringValue(parts: readonly EnvPart[]): string {
  return parts.map((part) => (typeof part === "string" ? doubleDollars(part) : `$(${part.name})`)).join("");
}

const doubleDollars = (text: string): string => text.replaceAll("$", "$$$$");

/** A name that a DNS label can be: RFC 1123, as Kubernetes wants it. */
export function dnsLabel(name: string, longest: number): string {
  const label = name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .slice(0, longest)
    .replace(/^-+|-+$/g, "");
  return label === "" ? "process" : label;
}

/** Whether a text can be the value of a label. */
export function isLabelValue(text: string): boolean {
  return /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/.test(text);
}

/** Whether a text can be the key of a label or an annotation. */
export function isLabelKey(text: string): boolean {
  const [, prefix, name = ""] = /^(?:(.*)\/)?([^/]*)$/s.exec(text) ?? [];
  const isPrefix = prefix === undefined || (prefix.length <= 253 && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(prefix));
  return isPrefix && name !== "" && isLabelValue(name);
}
