import { type ExportRule, type Fate, kept, lost, lostAs, near, nearAs } from "../export-rule.js";
import { roundedNote, wholeSeconds } from "../exported-amounts.js";
import { type ExportedVariable, plainValue, referencesOf, variablesOfTemplate } from "../exported-env.js";
import { programOf, programRules } from "../exported-program.js";
import { kubernetesPolicyFields } from "./export-policies.js";
import { cronOf, kindOf, objectName } from "./kind.js";
import { isLabelKey, isLabelValue, plainForKubernetes, referringValue } from "./text.js";
import { type PutWorkload as Put, set, type Workload } from "./workload.js";

/** What becomes of each field of a template in an object of Kubernetes. */
export function kubernetesExportFields(): readonly ExportRule<Workload>[] {
  return [
    kept("name", "metadata.name", putName, "lower case, digits and -"),
    kept("title", "annotations kubernetes.io/description", putTexts, "when there is no description"),
    kept("description", "annotations kubernetes.io/description"),
    kept("labels", "metadata.labels", putLabels, "or annotations, where a value is no value of a label"),
    kept("enabled", "replicas, suspend", putEnabled, "false: no replicas, or suspended"),
    near("runOnStartup", "", "what is applied is started, a CronJob at its times only", sayStart),
    ...programRules<Workload>({ command: "command", args: "args" }, putProgram),
    near("cwd", "workingDir", "a directory of the image", ({ template, out }) =>
      set(out.container, "workingDir", template.cwd),
    ),
    kept("env", "env", putEnvironment, "a reference only to a variable that stands before it in env"),
    ...lost<Workload>(
      "envFiles",
      "make a ConfigMap with `kubectl create configmap --from-env-file`, and name it in envFrom",
    ),
    near("inheritEnv", "", "the container has the environment of its image, not that of the host", sayEnvironment),
    ...lost<Workload>(
      "requiredEnv",
      "Kubernetes asks for no variables, unless they are taken from a ConfigMap or a Secret",
    ),
    ...lost<Workload>("missingEnv", "Kubernetes replaces $(NAME) only with variables of env"),
    kept(
      "runAs.user",
      "securityContext.runAsUser",
      ({ template, out }) => putId(out, "runAsUser", template.runAs?.user),
      "a number",
    ),
    kept(
      "runAs.group",
      "securityContext.runAsGroup",
      ({ template, out }) => putId(out, "runAsGroup", template.runAs?.group),
      "a number",
    ),
    kept("detach", "", undefined, "a pod belongs to no program"),
    ...kubernetesPolicyFields(),
    ...surroundingFields(),
  ];
}

function surroundingFields(): readonly ExportRule<Workload>[] {
  return [
    ...lost<Workload>("affinity", "the kubelet assigns CPUs: see its static CPU manager policy"),
    ...lost<Workload>("nice", "Kubernetes sets no priority of the kernel: put nice before the command"),
    kept("schedule.cron", "schedule", putSchedule, "in a CronJob; five fields"),
    kept("schedule.timezone", "timeZone"),
    kept("schedule.overlap", "concurrencyPolicy"),
    kept("schedule.maxDuration", "activeDeadlineSeconds", putMaxDuration, "whole seconds"),
    kept("group", "labels app.kubernetes.io/part-of", putGroup),
    ...lost<Workload>(
      "dependsOn",
      "Kubernetes starts all at once: have the program try again, or an init container wait",
    ),
    near(
      "instances",
      "replicas",
      "no DROVER_INSTANCE: a StatefulSet has numbers in the names of its pods",
      putInstances,
    ),
    ...lost<Workload>(
      "logs",
      "`kubectl logs` shows what is written to standard output and standard error; the kubelet rotates it",
    ),
    ...lost<Workload>("pidFile", "a container knows no PID outside of it"),
    ...lost<Workload>("notify", "only a manager of drover tells changes: `kubectl get events` shows some"),
  ];
}

function putName({ template }: Put): Fate | undefined {
  const name = objectName(template);
  return name === template.name ? undefined : nearAs(`it becomes ${name}`);
}

const aboutKey = "kubernetes.io/description";

function putTexts({ template: { title, description }, out }: Put): Fate | undefined {
  const text = description === "" ? title : description;
  if (text !== "") out.annotations[aboutKey] = text;
  return title !== "" && description !== "" ? lostAs("there is one text for people: the description") : undefined;
}

function putLabels({ template: { labels }, out, tell }: Put): undefined {
  for (const [key, value] of Object.entries(labels)) {
    const isOwn = key === "app.kubernetes.io/name" || key === aboutKey;
    if (!isLabelKey(key) || isOwn) {
      tell(`labels.${key}`, lostAs(isOwn ? "it has the name already" : "it is no key of a label"));
    } else if (isLabelValue(value)) out.labels[key] = value;
    else {
      out.annotations[key] = value;
      tell(`labels.${key}`, nearAs("an annotation, as it is no value of a label", "metadata.annotations"));
    }
  }
}

function putEnabled({ template, out }: Put): undefined {
  const kind = kindOf(template);
  const isRefused = kind === "Job" && template.schedule !== undefined;
  if (kind === "Deployment") out.controller["replicas"] = template.enabled ? template.instances : 0;
  else if (!template.enabled || isRefused) out.controller["suspend"] = true;
}

function sayStart({ template: { runOnStartup, enabled, schedule }, tell }: Put): Fate {
  if (enabled && schedule !== undefined && runOnStartup) return nearAs("runs at its times only");
  if (enabled && schedule === undefined && !runOnStartup) tell("runOnStartup", nearAs("what is applied is started"));
  return { outcome: "mapped", note: "" };
}

function putProgram({ template, out }: Put): Fate | undefined {
  const { file, args } = programOf(template);
  out.container["command"] = [plainForKubernetes(file)];
  if (args.length > 0) out.container["args"] = args.map(plainForKubernetes);
  return undefined;
}

function putEnvironment({ template, out, tell }: Put): undefined {
  const known = new Set<string>();
  const env: { name: string; value: string }[] = [];
  for (const variable of variablesOfTemplate(template)) {
    const { name, parts } = variable;
    const why = whyNotKnown(variable, known);
    if (why !== undefined) {
      tell(`env.${name}`, lostAs(why));
      continue;
    }
    const plain = plainValue(variable);
    if (plain === undefined) tell(`env.${name}`, nearAs("made of variables of env, not of those of the host"));
    env.push({ name, value: plain === undefined ? referringValue(parts) : plainForKubernetes(plain) });
    known.add(name);
  }
  if (env.length > 0) out.container["env"] = env;
  // Otherwise every service of the namespace would be in the environment.
  out.pod["enableServiceLinks"] = false;
}

function whyNotKnown(variable: ExportedVariable, known: ReadonlySet<string>): string | undefined {
  const references = referencesOf(variable);
  const unknown = references.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  if (variable.fault !== undefined) return variable.fault;
  if (unknown.length > 0) {
    const names = [...new Set(unknown)].join(", ");
    return `refers to ${names}; Kubernetes knows only what stands before it in env: write the value itself`;
  }
  const isPlain = references.every(({ operator }) => operator === undefined);
  return isPlain ? undefined : "a reference of Kubernetes has no default and no message: write the value itself";
}

function sayEnvironment({ template: { inheritEnv }, tell }: Put): Fate | undefined {
  if (!inheritEnv) return { outcome: "mapped" };
  tell("inheritEnv", nearAs("the container has the environment of its image, not that of the host"));
  return undefined;
}

function putId({ container }: Workload, key: string, id: string | undefined): Fate | undefined {
  if (id === undefined) return undefined;
  if (!/^\d{1,10}$/.test(id)) return lostAs(`Kubernetes takes numbers only: write the one that ${id} has in the image`);
  container["securityContext"] = { ...(container["securityContext"] as object | undefined), [key]: Number(id) };
  return undefined;
}

/** A run that could not be started in this time is left out: drover makes up for none. */
const startingDeadlineSeconds = 60;

function putSchedule({ template: { schedule }, out, tell }: Put): Fate | undefined {
  if (schedule === undefined) return undefined;
  const cron = cronOf(schedule.cron);
  if (cron === undefined) {
    for (const field of ["schedule.timezone", "schedule.overlap"]) tell(field, lostAs("there is no CronJob"));
    return lostAs(`Kubernetes has no such times as ${schedule.cron}: it is a Job that is suspended`);
  }
  const concurrencyPolicy = schedule.overlap === "SKIP" ? "Forbid" : "Replace";
  Object.assign(out.controller, {
    schedule: cron,
    timeZone: schedule.timezone,
    concurrencyPolicy,
    startingDeadlineSeconds,
  });
  const [second] = schedule.cron.trim().split(/\s+/);
  return cron === schedule.cron.trim() || second === "0" ? undefined : nearAs("at second 0");
}

function putMaxDuration({ template: { schedule }, out }: Put): Fate | undefined {
  if (schedule?.maxDurationMs === undefined) return undefined;
  out.job["activeDeadlineSeconds"] = wholeSeconds(schedule.maxDurationMs);
  const note = roundedNote(schedule.maxDurationMs);
  return note === undefined ? undefined : nearAs(note);
}

function putGroup({ template: { group }, out }: Put): Fate | undefined {
  if (group === "") return undefined;
  if (!isLabelValue(group)) return lostAs("it is no value of a label");
  out.labels["app.kubernetes.io/part-of"] = group;
  return undefined;
}

function putInstances({ template, out }: Put): Fate | undefined {
  const { instances } = template;
  if (instances === 1 || kindOf(template) === "Deployment") return undefined;
  Object.assign(out.job, { parallelism: instances, completions: instances });
  return { to: "parallelism, completions" };
}
