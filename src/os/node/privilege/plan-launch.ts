import { existsSync } from "node:fs";
import { ProcessError } from "../../../errors.js";
import type { SpawnRequest } from "../../os.js";
import { runTool } from "../run-tool.js";
import { explainProgram, findProgram } from "../spawn-failure.js";
import { type Credentials, environmentOf, resolveCredentials } from "./credentials.js";

/** What is given to Node's `spawn` in the end. */
export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

const setprivPaths = ["/usr/bin/setpriv", "/bin/setpriv", "/run/current-system/sw/bin/setpriv"];

/**
 * Works out how a program is started as the user of `runAs`; as it is without one. Where the user has supplementary
 * groups, setpriv(1) changes the user and becomes the program: libuv drops all groups, uv_spawn calls setgroups(0).
 */
export async function planLaunch(request: SpawnRequest): Promise<Launch> {
  const { file, args, env } = request;
  const credentials = await resolveCredentials(request);
  if (credentials === undefined) return { file, args, env, uid: undefined, gid: undefined };
  const launch = { file, args, env: environmentOf(env, credentials.user), uid: credentials.uid, gid: credentials.gid };
  if (credentials.groups.length === 0) return launch;
  const prefix = await changerOf({ ...request, env: launch.env }, credentials);
  return { ...launch, file: prefix[0], args: [...prefix.slice(1), file, ...args], uid: undefined, gid: undefined };
}

async function changerOf(request: SpawnRequest, credentials: Credentials): Promise<readonly [string, ...string[]]> {
  const setpriv = setprivPaths.find((path) => existsSync(path));
  if (setpriv === undefined) {
    const text = `cannot start ${quote(request.file)}: its user has supplementary groups, which needs the program setpriv (package util-linux)`;
    throw new ProcessError("UNSUPPORTED", text);
  }
  const { uid = 0, gid, groups } = credentials;
  const words = [`--reuid=${uid}`, `--regid=${gid}`, `--groups=${groups.join(",")}`, "--"];
  await requireProgram(request, setpriv, words);
  return [setpriv, ...words];
}

/** Whether the user can start the program at all is asked before: setpriv(1) could tell it only by an exit code. */
async function requireProgram(request: SpawnRequest, setpriv: string, words: readonly string[]): Promise<void> {
  const fail = (reason: string): never => {
    throw new ProcessError("SPAWN_FAILED", `cannot start ${quote(request.file)}: ${reason}`);
  };
  const wrong = explainProgram(request, "ENOENT");
  if (wrong !== undefined) fail(wrong);
  const path = findProgram(request) ?? request.file;
  const outcome = await runTool(setpriv, [...words, "test", "-x", path]);
  if (outcome.ok) return;
  if (outcome.code === 1) fail(`user ${quote(request.runAs?.user ?? "")} may not execute ${quote(path)} (EACCES)`);
  throw Object.assign(new Error(outcome.message), { code: outcome.code });
}

function quote(text: string): string {
  return JSON.stringify(text);
}
