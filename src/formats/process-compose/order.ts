import type { Dependency, ProcessTemplate } from "../../template/process-template.js";
import { type Exporting, type Fate, lostAs, nearAs } from "../export-rule.js";
import { probeKind } from "./export-probes.js";

type Put = Exporting<Record<string, unknown>>;

/** Everything is started that is not disabled: what drover would start, with what that depends on. */
export function putDisabled({ template, out, all }: Put): undefined {
  const wanted = new Set<string>();
  const want = ({ name, dependsOn }: ProcessTemplate): void => {
    if (wanted.has(name)) return;
    wanted.add(name);
    for (const dependency of dependsOn) {
      const other = all.find((one) => one.name === dependency.name && one.enabled);
      if (other !== undefined) want(other);
    }
  };
  for (const one of all.filter(({ runOnStartup, enabled }) => runOnStartup && enabled)) want(one);
  if (!wanted.has(template.name)) out["disabled"] = true;
}

export function putDependencies({ template: { dependsOn }, out, all, tell }: Put): undefined {
  const written = new Map<string, { readonly condition: string }>();
  for (const dependency of dependsOn) {
    const other = all.find(({ name }) => name === dependency.name);
    const field = `dependsOn.${dependency.name}`;
    if (other === undefined) {
      tell(field, lostAs("process-compose refuses a file without it: export both together"));
      continue;
    }
    const { condition, fate } = conditionOf(dependency, other);
    tell(field, fate);
    written.set(dependency.name, { condition });
  }
  if (written.size > 0) out["depends_on"] = Object.fromEntries(written);
}

const conditions = {
  STARTED: "process_started",
  EXITED: "process_completed",
  SUCCEEDED: "process_completed_successfully",
} as const;

function conditionOf({ condition }: Dependency, other: ProcessTemplate): { condition: string; fate: Fate } {
  const mapped: Fate = { outcome: "mapped" };
  if (condition !== "READY") return { condition: conditions[condition], fate: mapped };
  const { readiness } = other;
  if (readiness === undefined) return { condition: "process_started", fate: mapped };
  const kind = probeKind(readiness.check);
  if (kind === "none")
    return { condition: "process_started", fate: nearAs("started: its readiness cannot be checked") };
  return { condition: kind === "line" ? "process_log_ready" : "process_healthy", fate: mapped };
}
