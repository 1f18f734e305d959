import type * as told from "drover/api";
import type * as wire from "../../src/gen/drover/v1/management.js";
import type * as status from "../../src/gen/drover/v1/status.js";

/** Whether a type of the client has exactly the fields the schema has. */
type Same<Client, Message> = [Exclude<keyof Client, keyof Message>, Exclude<keyof Message, keyof Client>];

/** Both lists are empty: a field that is added to one of the two must be added to the other. */
export const same: readonly [never, never][] = [] as readonly (
  | Same<told.ProcessInfo, status.ProcessInfo>
  | Same<told.ExitInfo, status.ExitInfo>
  | Same<told.CheckInfo, status.CheckInfo>
  | Same<told.CrashInfo, status.CrashInfo>
  | Same<told.ScheduleInfo, status.ScheduleInfo>
  | Same<told.JobRunInfo, status.JobRunInfo>
  | Same<told.ErrorReport, status.ErrorReport>
  | Same<told.CommandResult, wire.CommandResult>
  | Same<told.ExplanationInfo, wire.ExplanationInfo>
  | Same<told.LogLineInfo, wire.LogLineInfo>
  | Same<told.SnapshotEvent, wire.SnapshotEvent>
  | Same<told.ChangeEvent, wire.ChangeEvent>
  | Same<told.MembershipEvent, wire.MembershipEvent>
  | Same<told.GapEvent, wire.GapEvent>
  | Same<told.PlanInfo, wire.PlanInfo>
  | Same<told.PlanItemInfo, wire.PlanItemInfo>
  | Same<told.ManagerInfo, wire.ManagerInfo>
  | Same<told.ShutdownRequest, wire.ShutdownRequest>
  | Same<told.ShutdownResult, wire.ShutdownResult>
)[];
