import type { ProcessTemplate } from "../../template/process-template.js";
import { applyRules } from "../export-rule.js";
import type { ExportedFile, ExportFormat, Written } from "../exported.js";
import { systemdExportFields } from "./export-fields.js";
import type { Lines, Unit } from "./unit.js";

const rules = systemdExportFields();

/** A service unit for each template, and a timer for each that has a schedule. */
export const systemdExport: ExportFormat = {
  name: "systemd",
  title: "systemd",
  files: "NAME.service; NAME@.service for several instances; NAME.timer for a schedule",
  rules,
  write,
};

function write(templates: readonly ProcessTemplate[]): Written {
  const written = templates.map((template) => {
    const out: Unit = { unit: [], service: [], timer: [] };
    const told = applyRules(rules, { template, out, all: templates });
    return { files: filesOf(template, out), told };
  });
  return { files: written.flatMap(({ files }) => files), told: written.map(({ told }) => told) };
}

function filesOf(template: ProcessTemplate, { unit, service, timer }: Unit): readonly ExportedFile[] {
  const { name, instances, schedule, runOnStartup, enabled } = template;
  const isStarted = runOnStartup && enabled;
  const isTimed = schedule !== undefined && timer.length > 0;
  // A job is run by its times alone.
  const install: Lines = isStarted && schedule === undefined ? [["WantedBy", "multi-user.target"]] : [];
  const file = instances > 1 ? `${name}@` : name;
  const texts = sections([
    ["Unit", unit],
    ["Service", service],
    ["Install", install],
  ]);
  if (!isTimed) return [{ name: `${file}.service`, text: texts }];
  const timerText = sections([
    ["Unit", unit.filter(([key]) => key === "Description")],
    ["Timer", timer],
    ["Install", isStarted ? [["WantedBy", "timers.target"]] : []],
  ]);
  return [
    { name: `${file}.service`, text: texts },
    { name: `${file}.timer`, text: timerText },
  ];
}

function sections(all: readonly (readonly [string, Lines])[]): string {
  return all
    .filter(([, lines]) => lines.length > 0)
    .map(([name, lines]) => `[${name}]\n${lines.map(([key, value]) => `${key}=${value}\n`).join("")}`)
    .join("\n");
}
