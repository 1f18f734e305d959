import type { PlanInfo, PlanItemInfo } from "../api/plan-info.js";
import { type ClientFlags, connect } from "./connect.js";
import { exitCode } from "./exit-code.js";
import { layOut, type Terminal } from "./terminal.js";

export interface ReloadFlags extends ClientFlags {
  readonly json?: boolean;
}

/** Tells what a reload would do; gives the exit code. */
export async function runPlan({ json = false, ...flags }: ReloadFlags, terminal: Terminal): Promise<number> {
  return tell(await connect(flags).plan(), json, terminal);
}

/** Reads the templates anew and acts on what has changed; gives the exit code. */
export async function runReload({ json = false, ...flags }: ReloadFlags, terminal: Terminal): Promise<number> {
  return tell(await connect(flags).reload(), json, terminal);
}

function tell(plan: PlanInfo, json: boolean, terminal: Terminal): number {
  const { items, errors } = plan;
  if (json) terminal.out(JSON.stringify(plan, null, 2));
  else {
    for (const line of layOut(items.filter(isNews).map((item) => describeItem(item, terminal)))) terminal.out(line);
    const unchanged = items.filter((item) => !isNews(item)).length;
    if (unchanged > 0) terminal.out(`${unchanged} unchanged`);
    if (items.length === 0) terminal.out("there are no templates");
  }
  for (const error of errors) terminal.fail(error);
  for (const { error } of items) {
    if (error !== null) terminal.fail(error);
  }
  if (items.some(({ error }) => error !== null)) return exitCode.failed;
  return errors.length > 0 ? exitCode.usage : exitCode.done;
}

function isNews({ action }: PlanItemInfo): boolean {
  return action !== "unchanged";
}

const styles = { create: "green", restart: "yellow", update: "cyan", stop: "red", unchanged: "dim" } as const;

function describeItem({ name, action, changes }: PlanItemInfo, terminal: Terminal): string[] {
  return [terminal.style(styles[action], action), name, changes.join(", ")];
}
