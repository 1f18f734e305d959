import { ProcessError } from "../../errors.js";
import type { ProcessTemplate } from "../../template/process-template.js";
import { applyRules } from "../export-rule.js";
import type { ExportedFile, ExportFormat, ExportOptions, Written } from "../exported.js";
import { toYaml } from "../write-yaml.js";
import { kubernetesExportFields } from "./export-fields.js";
import { kindOf, objectName } from "./kind.js";
import type { Workload } from "./workload.js";

const rules = kubernetesExportFields();

/** A file for each template, with a Deployment, a Job or a CronJob. */
export const kubernetesExport: ExportFormat = {
  name: "kubernetes",
  title: "Kubernetes",
  files: "NAME.yaml, with a Deployment, a Job or a CronJob",
  rules,
  write,
};

function write(templates: readonly ProcessTemplate[], { image }: ExportOptions): Written {
  refuseClashes(templates);
  const written = templates.map((template) => {
    const out: Workload = { labels: {}, annotations: {}, pod: {}, container: {}, job: {}, controller: {} };
    const told = applyRules(rules, { template, out, all: templates });
    return { file: fileOf(template, out, image), told };
  });
  const hint = "each image is named after its template: name the one that has the program with --image";
  return {
    files: written.map(({ file }) => file),
    told: written.map(({ told }) => told),
    hints: image === undefined && templates.length > 0 ? [hint] : [],
  };
}

function refuseClashes(templates: readonly ProcessTemplate[]): void {
  const owners = new Map<string, string>();
  for (const template of templates) {
    const name = objectName(template);
    const other = owners.get(name);
    if (other !== undefined) {
      const both = `${JSON.stringify(other)} and ${JSON.stringify(template.name)}`;
      throw new ProcessError("BAD_REQUEST", `${both} would both be ${name} in Kubernetes; rename one of them`);
    }
    owners.set(name, template.name);
  }
}

function fileOf(template: ProcessTemplate, out: Workload, image: string | undefined): ExportedFile {
  const name = objectName(template);
  const labels = { "app.kubernetes.io/name": name, ...out.labels };
  const isAnnotated = Object.keys(out.annotations).length > 0;
  const metadata = { name, labels, ...(isAnnotated && { annotations: out.annotations }) };
  const container = { name, image: image ?? `${name}:latest`, ...out.container };
  const pod = { metadata: { labels }, spec: { ...out.pod, containers: [container] } };
  const text = toYaml(describeObject(template, { ...out, metadata, pod }));
  // With the line that begins a document, all files one after the other are one stream for `kubectl apply -f -`.
  return { name: `${name}.yaml`, text: `---\n${text}` };
}

type Parts = Workload & { readonly metadata: { readonly name: string } & Record<string, unknown> };

function describeObject(template: ProcessTemplate, { metadata, pod, job, controller }: Parts): Record<string, unknown> {
  const kind = kindOf(template);
  const jobSpec = { backoffLimit: 0, ...job, template: pod };
  if (kind === "Job") return { apiVersion: "batch/v1", kind, metadata, spec: { ...controller, ...jobSpec } };
  if (kind === "CronJob") {
    const spec = { ...controller, jobTemplate: { metadata: { labels: metadata["labels"] }, spec: jobSpec } };
    return { apiVersion: "batch/v1", kind, metadata, spec };
  }
  const selector = { matchLabels: { "app.kubernetes.io/name": metadata.name } };
  // A new pod beside the old one would be a second copy.
  const spec = { ...controller, selector, strategy: { type: "Recreate" }, template: pod };
  return { apiVersion: "apps/v1", kind, metadata, spec };
}
