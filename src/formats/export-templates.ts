import { ProcessError } from "../errors.js";
import { toJson } from "../template/encode.js";
import type { ProcessTemplate } from "../template/process-template.js";
import { didYouMean } from "../template/suggestion.js";
import { type ExportFormatName, exportFormats } from "./export-formats.js";
import type { ExportedFile, ExportFormat, ExportOptions, Told } from "./exported.js";
import type { ReportRow } from "./format.js";
import { kubernetesExport } from "./kubernetes/write-manifests.js";
import { pm2Export } from "./pm2/write-ecosystem.js";
import { processComposeExport } from "./process-compose/write-file.js";
import { systemdExport } from "./systemd/write-units.js";

export interface Exported {
  readonly files: readonly ExportedFile[];
  /** A row for each field of the templates; `to` is the field of the other system. */
  readonly report: readonly Omit<ReportRow, "line" | "column">[];
  /** What must be done by hand before the files can be used. */
  readonly hints: readonly string[];
}

const byName = {
  systemd: systemdExport,
  "process-compose": processComposeExport,
  pm2: pm2Export,
  kubernetes: kubernetesExport,
} as const satisfies Record<ExportFormatName, ExportFormat>;

/** Every system templates can be written for. */
export const exporters: readonly ExportFormat[] = exportFormats.map((name) => byName[name]);

/**
 * Templates as files of another system, with a report of what became of each field.
 *
 * @throws ProcessError BAD_REQUEST when the system is not known, two files would have one name, or an option is not for this system
 */
export function exportTemplates(
  templates: readonly ProcessTemplate[],
  to: string,
  options: ExportOptions = {},
): Exported {
  const exporter = exporters.find(({ name }) => name === to);
  if (exporter === undefined) {
    const fix = didYouMean(to, exportFormats);
    const expected = `expected one of ${exportFormats.join(", ")}${fix === undefined ? "" : `; ${fix}`}`;
    throw new ProcessError("BAD_REQUEST", `unknown format ${JSON.stringify(to)}; ${expected}`);
  }
  if (options.image !== undefined && exporter !== kubernetesExport) {
    throw new ProcessError("BAD_REQUEST", `${exporter.title} runs no images; leave the image out`);
  }
  const { files, told, hints = [] } = exporter.write(templates, options);
  refuseClashes(files);
  const report = templates.flatMap((template, index) => describe(template, told[index] ?? [], exporter));
  return { files, report, hints };
}

function refuseClashes(files: readonly ExportedFile[]): void {
  const names = files.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new ProcessError("BAD_REQUEST", `two templates would both become ${twice}; rename one of them`);
}

type Row = Exported["report"][number];

function describe(template: ProcessTemplate, told: readonly Told[], { title }: ExportFormat): readonly Row[] {
  const toRow = ({ field, outcome, to, note }: Omit<Told, "isAlways">): Row => {
    return { process: template.name, field, outcome, to, note };
  };
  const left = new Set(told.filter(({ isAlways }) => isAlways));
  const rows = fieldsOf(toJson(template)).flatMap((field) => {
    const about = aboutField(field, told) ?? { outcome: "dropped", to: "", note: `${title} has nothing of the kind` };
    const parts = [...left].filter((one) => isInside(one.field, field));
    for (const one of [...parts, ...told.filter((each) => each === about)]) left.delete(one);
    return [{ ...about, field }, ...parts.filter((part) => part !== about)].map(toRow);
  });
  return [...rows, ...[...left].map(toRow)];
}

/** What is said of the field itself, or of the nearest field it is in. */
function aboutField(field: string, told: readonly Told[]): Told | undefined {
  const about = told.filter((one) => one.field === field || isInside(field, one.field));
  return about.reduce<Told | undefined>(
    (best, one) => (best === undefined || one.field.length > best.field.length ? one : best),
    undefined,
  );
}

const isInside = (field: string, outer: string): boolean => field.startsWith(`${outer}.`);

function fieldsOf(json: object, inside = ""): readonly string[] {
  return Object.entries(json).flatMap(([key, value]: [string, unknown]) => {
    const isSection = typeof value === "object" && value !== null && !Array.isArray(value) && key !== "env";
    return isSection ? fieldsOf(value, `${inside}${key}.`) : [`${inside}${key}`];
  });
}
