import type { Hono } from "hono";
import type { ReloadItem } from "../../manager/process-manager.js";
import type { PlanItem } from "../../manager/reload-plan.js";
import type { ApiContext } from "../api-context.js";
import { reportError } from "../error-body.js";
import type { PlanInfo, PlanItemInfo } from "../plan-info.js";
import { readObject, requireFields } from "../request.js";

/** What a change of the template files would do, and doing it. */
export function addTemplateRoutes(app: Hono, { manager, host }: ApiContext): void {
  app.post("/api/processes/plan", async (context) => {
    requireFields(await readObject(context), {});
    const items = await manager.plan();
    const errors = (await host.readTemplateErrors()).map(String);
    return context.json({ items: items.map((item) => describeItem(item)), errors } satisfies PlanInfo);
  });
  app.post("/api/processes/reload", async (context) => {
    requireFields(await readObject(context), {});
    const items = await manager.reload();
    const isDone = items.every(({ error }) => error === undefined);
    const errors = manager.templateErrors.map(String);
    const plan: PlanInfo = { items: items.map((item) => describeItem(item, item.error)), errors };
    return context.json(plan, isDone ? 200 : 207);
  });
}

function describeItem({ name, action, changes }: PlanItem, error?: ReloadItem["error"]): PlanItemInfo {
  return { name, action, changes, error: error === undefined ? null : reportError(error) };
}
