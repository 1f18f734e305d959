import { yaml } from "../template/lazy-modules.js";

/** What some readers of YAML refuse, or take for the end of a line. */
const unsafe = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;

/**
 * A document of YAML that readers of 1.1 and 1.2 take for the same: texts they would take for other kinds are in quotes, and what is not
 * printed is escaped.
 */
export function toYaml(document: unknown): string {
  const { Document, Scalar, visit } = yaml();
  const written = new Document(document, { compat: "yaml-1.1", aliasDuplicateObjects: false });
  visit(written, {
    Scalar: (_key, node) => {
      const isText = typeof node.value === "string";
      if (isText && /[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]|[\u2028\u2029\ufeff]/.test(String(node.value)))
        node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  const text = written.toString({ lineWidth: 0, blockQuote: false, doubleQuotedAsJSON: true });
  return text.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
