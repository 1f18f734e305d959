import { watchLimits } from "../limits/watch-limits.js";
import type { Behaviour } from "./behaviour.js";
import { duringEachRun } from "./runs.js";

/** Ends a process tree that uses more than its limits allow, or only tells of it, as its limits say. */
export const limits: Behaviour = {
  isNeeded: ({ limits: policy }) => policy !== undefined,
  begin: (process, context) =>
    duringEachRun(process, {
      part: ({ limits: policy }) => policy,
      watch: (policy) =>
        watchLimits(policy, () => process.stats({ countFiles: false }), context.os.backgroundScheduler),
    }).subscribe((reason) => {
      context.tell(process.name, reason);
      if (process.template.limits?.action === "NOTIFY") process.tellReason(reason);
      else void process.commands.replace({ cause: "over-limit", reason });
    }),
};
