import type { ProcessTemplate } from "../../template/process-template.js";
import { applyRules } from "../export-rule.js";
import type { ExportFormat, Written } from "../exported.js";
import type { App } from "./app.js";
import { pm2ExportFields } from "./export-fields.js";

const rules = pm2ExportFields();

/** One ecosystem file with all apps. */
export const pm2Export: ExportFormat = { name: "pm2", title: "PM2", files: "ecosystem.json", rules, write };

function write(templates: readonly ProcessTemplate[]): Written {
  const apps: App[] = [];
  const told = templates.map((template) => {
    const out: App = {};
    apps.push(out);
    return applyRules(rules, { template, out, all: templates });
  });
  // To readers of JavaScript, as PM2 is one, these once were ends of lines.
  const text = JSON.stringify({ apps }, undefined, 2).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
  return { files: [{ name: "ecosystem.json", text: `${text}\n` }], told };
}
