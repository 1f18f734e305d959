import type { Dependency, ProcessTemplate } from "../../template/process-template.js";
import { type Fate, nearAs } from "../export-rule.js";
import type { PutUnit } from "./unit.js";

/**
 * Whether everything that depends on a template waits for its end: as a service of the type oneshot it then is started when it has ended.
 * What is always restarted never has, and systemd refuses it.
 */
export function isAwaited({ name, restart }: ProcessTemplate, all: readonly ProcessTemplate[]): boolean {
  const conditions = all
    .flatMap(({ dependsOn }) => dependsOn.filter((dependency) => dependency.name === name))
    .map(({ condition }) => condition);
  return restart.mode !== "ALWAYS" && conditions.length > 0 && conditions.every(isEnd);
}

const isEnd = (condition: Dependency["condition"]): boolean => condition === "EXITED" || condition === "SUCCEEDED";

export function putDependencies({ template: { dependsOn }, out, all, tell }: PutUnit): undefined {
  for (const dependency of dependsOn) tell(`dependsOn.${dependency.name}`, describe(dependency, all));
  const required = dependsOn.filter(({ condition }) => condition !== "EXITED");
  const others = dependsOn.filter(({ condition }) => condition === "EXITED");
  const add = (key: string, dependencies: readonly Dependency[]): void => {
    const units = dependencies.flatMap(({ name }) => unitsOf(name, all)).join(" ");
    if (units !== "") out.unit.push([key, units]);
  };
  add("After", dependsOn);
  add("Requires", required);
  // Also after a failure of theirs it is started.
  add("Wants", others);
}

function describe({ name, condition }: Dependency, all: readonly ProcessTemplate[]): Fate {
  const other = all.find((template) => template.name === name);
  if (isEnd(condition)) {
    const isKnown = other !== undefined && isAwaited(other, all);
    return isKnown
      ? { outcome: "mapped" }
      : nearAs("systemd waits for its start only: Type=oneshot would wait for its end");
  }
  const isReady = condition === "STARTED" || (other !== undefined && other.readiness === undefined);
  return isReady ? { outcome: "mapped" } : nearAs("systemd waits until its program is executed, not until it is ready");
}

function unitsOf(name: string, all: readonly ProcessTemplate[]): readonly string[] {
  const instances = all.find((template) => template.name === name)?.instances ?? 1;
  if (instances === 1) return [`${name}.service`];
  return Array.from({ length: instances }, (_, index) => `${name}@${index + 1}.service`);
}
