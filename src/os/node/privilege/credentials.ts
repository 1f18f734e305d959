import { ProcessError } from "../../../errors.js";
import type { SpawnRequest } from "../../os.js";
import { findGroup, findGroupsOf, findUser, numberOf, type User } from "./user-database.js";

/** Whom a process is to run as, in numbers. */
export interface Credentials {
  /** Undefined when only the group changes. */
  readonly uid: number | undefined;
  readonly gid: number;
  /** Supplementary groups, without `gid`. */
  readonly groups: readonly number[];
  /** The row of the user, where there is one. */
  readonly user: User | undefined;
}

/**
 * Resolves the names of `runAs`; undefined when there are none. Rejects with NOT_PERMITTED unless this program is root,
 * with SPAWN_FAILED for a user or group nobody knows.
 */
export async function resolveCredentials(request: SpawnRequest): Promise<Credentials | undefined> {
  const { runAs } = request;
  if (runAs === undefined || (runAs.user === undefined && runAs.group === undefined)) return undefined;
  if (process.geteuid?.() !== 0) {
    const text = `cannot start ${quote(request.file)}: runAs needs root: run the manager as root or remove runAs`;
    throw new ProcessError("NOT_PERMITTED", text);
  }
  const gid = runAs.group === undefined ? undefined : await findGroup(runAs.group);
  if (runAs.group !== undefined && gid === undefined) {
    throw unusable(request, `there is no group ${quote(runAs.group)} (runAs.group)`);
  }
  const user = runAs.user === undefined ? undefined : await findUser(runAs.user);
  return { uid: uidOf(request, user), ...(await groupsOf(request, user, gid)), user };
}

function uidOf(request: SpawnRequest, user: User | undefined): number | undefined {
  const key = request.runAs?.user;
  if (key === undefined || user !== undefined) return user?.uid;
  const uid = numberOf(key);
  if (uid === undefined) throw unusable(request, `there is no user ${quote(key)} (runAs.user)`);
  return uid;
}

async function groupsOf(
  request: SpawnRequest,
  user: User | undefined,
  chosenGid: number | undefined,
): Promise<Pick<Credentials, "gid" | "groups">> {
  const gid = chosenGid ?? user?.gid;
  if (gid === undefined) {
    const key = request.runAs?.user ?? "";
    throw unusable(request, `user ${key} is in no user database, so its group is not known; give runAs.group, too`);
  }
  const groups = user === undefined ? [] : await findGroupsOf(user.name);
  // Another group takes the place of the user's own one, as with initgroups(3).
  return { gid, groups: groups.filter((group) => group !== gid && group !== user?.gid) };
}

function unusable({ file }: SpawnRequest, reason: string): ProcessError {
  return new ProcessError("SPAWN_FAILED", `cannot start ${quote(file)}: ${reason}`);
}

/** The environment with the variables of a login, where it has none, or still those of this program. */
export function environmentOf(
  env: Readonly<Record<string, string>>,
  user: User | undefined,
): Readonly<Record<string, string>> {
  if (user === undefined) return env;
  const login = { HOME: user.home, USER: user.name, LOGNAME: user.name, SHELL: user.shell };
  const inherited = Object.entries(login).filter(([name]) => {
    return env[name] === undefined || env[name] === process.env[name];
  });
  return { ...env, ...Object.fromEntries(inherited) };
}

function quote(text: string): string {
  return JSON.stringify(text);
}
