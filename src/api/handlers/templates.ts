import type { ReloadItem } from "../../manager/process-manager.js";
import type { PlanItem } from "../../manager/reload-plan.js";
import type { Handlers } from "../add-routes.js";
import type { ApiContext } from "../api-context.js";
import { reportError } from "../error-body.js";
import type { PlanItemInfo } from "../plan-info.js";

/** What a change of the template files would do, and doing it. */
export function templateHandlers({ manager, host }: ApiContext): Pick<Handlers, "PlanReload" | "Reload"> {
  return {
    PlanReload: async () => {
      const items = await manager.plan();
      const errors = (await host.readTemplateErrors()).map(String);
      return { items: items.map((item) => describeItem(item)), errors };
    },
    Reload: async (_request, context) => {
      const items = await manager.reload();
      if (items.some(({ error }) => error !== undefined)) context.status(207);
      return {
        items: items.map((item) => describeItem(item, item.error)),
        errors: manager.templateErrors.map(String),
      };
    },
  };
}

function describeItem({ name, action, changes }: PlanItem, error?: ReloadItem["error"]): PlanItemInfo {
  return { name, action, changes, error: error === undefined ? null : reportError(error) };
}
