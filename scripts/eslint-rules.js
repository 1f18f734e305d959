import { basename } from "node:path";
import { builtinRules } from "eslint/use-at-your-own-risk";

const banned = new Set(["utils", "util", "helpers", "helper", "common", "misc", "manager2", "data", "info"]);

const isBanned = (name) => banned.has(name.toLowerCase());

/** A file, folder or export is called after the thing it holds; these words name nothing. */
const bannedNames = {
  meta: {
    type: "suggestion",
    schema: [],
    messages: { banned: '"{{name}}" names nothing: call the {{what}} after the thing it holds.' },
  },
  create(context) {
    const report = (node, name, what) => {
      if (isBanned(name)) context.report({ node, messageId: "banned", data: { name, what } });
    };
    return {
      Program(node) {
        const path = context.filename.slice(context.cwd.length).split("/");
        const file = path.pop();
        report(node, basename(file).split(".")[0], "file");
        for (const folder of path) report(node, folder, "folder");
      },
      ExportNamedDeclaration(node) {
        for (const { exported } of node.specifiers) report(exported, exported.name ?? exported.value, "export");
        for (const name of declaredNames(node.declaration)) report(node.declaration, name, "export");
      },
    };
  },
};

function declaredNames(declaration) {
  if (declaration === null || declaration === undefined) return [];
  if (declaration.type === "VariableDeclaration") return declaration.declarations.map(({ id }) => id.name ?? "");
  return [declaration.id?.name ?? ""];
}

export default {
  rules: {
    "banned-names": bannedNames,
    // The same rule under a second name: one severity asks for a reason, the other forbids.
    "max-lines-reason": builtinRules.get("max-lines"),
  },
};
