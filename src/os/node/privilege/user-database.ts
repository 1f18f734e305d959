import { readFile } from "node:fs/promises";
import { runTool } from "../run-tool.js";

/** A row of the user database, passwd(5). */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

/**
 * Finds a user by name, or by number where no user has that name; undefined when there is none. Users of a directory
 * service are not in the file, and are asked for with `getent`; macOS keeps its users elsewhere, where `id -P` finds
 * them in the format of master.passwd, id(1).
 */
export async function findUser(key: string): Promise<User | undefined> {
  const row =
    (await findRow("/etc/passwd", key)) ??
    (await firstRow("getent", ["passwd", "--", key])) ??
    (process.platform === "linux" ? undefined : await firstRow("id", ["-P", "--", key]));
  if (row === undefined) return undefined;
  const [name = "", , uid, gid] = row;
  const [home = "/", shell = ""] = row.slice(-2);
  // An empty field means the standard shell, passwd(5).
  return { name, uid: Number(uid), gid: Number(gid), home, shell: shell === "" ? "/bin/sh" : shell };
}

/** Finds the number of a group by its name, or by its number where no group has that name; a number needs no row. */
export async function findGroup(key: string): Promise<number | undefined> {
  const row = (await findRow("/etc/group", key)) ?? (await firstRow("getent", ["group", "--", key]));
  if (row !== undefined) return Number(row[2]);
  return numberOf(key);
}

/** Every group a user is a member of, its own included, from whatever service knows them: id(1). */
export async function findGroupsOf(name: string): Promise<readonly number[]> {
  const outcome = await runTool("id", ["-G", "--", name]);
  if (!outcome.ok) throw Object.assign(new Error(`id -G ${name} failed: ${outcome.message}`), { code: outcome.code });
  return outcome.output.trim().split(/\s+/).map(Number);
}

/** A user or group id that is written as a number. */
export function numberOf(key: string): number | undefined {
  const value = Number(key);
  // The highest number means "leave it as it is" in setreuid(2).
  return /^\d{1,10}$/.test(key) && value < 0xffffffff ? value : undefined;
}

async function findRow(file: string, key: string): Promise<readonly string[] | undefined> {
  const text = await readFile(file, "utf8").catch(() => "");
  const rows = text.split("\n").map((line) => line.split(":"));
  return rows.find(([name]) => name === key) ?? rows.find(([, , id]) => id === key);
}

async function firstRow(tool: string, args: readonly string[]): Promise<readonly string[] | undefined> {
  const outcome = await runTool(tool, args);
  return outcome.ok && outcome.output !== "" ? outcome.output.split("\n")[0]?.split(":") : undefined;
}
