import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createClientAt } from "../api/client.js";
import type { ManagerInfo } from "../api/manager-info.js";
import { socketPathIn } from "../api/socket-path.js";
import { ProcessError } from "../errors.js";
import type { Exit } from "../os/exit.js";
import { makeDirectory } from "../os/make-directory.js";
import { createNodeOs } from "../os/node/node-os.js";
import type { AttachedChild } from "../os/os.js";
import { exitCode } from "./exit-code.js";
import { daemonNodeFlags } from "./node-flags.js";
import { ownLogName } from "./own-log.js";
import { type Progress, withProgress } from "./progress.js";
import type { Terminal } from "./terminal.js";
import { requireTemplateDir } from "./up.js";
import type { UpOptions } from "./up-flags.js";

const pollMs = 50;

/** Starts `drover up` as a program of its own, and ends when that can be reached and has started what is marked; gives the exit code. */
export async function runDetached(flags: UpOptions, terminal: Terminal): Promise<number> {
  requireTemplateDir(flags.templateDir);
  for (const error of flags.templateErrors ?? []) terminal.err(`${terminal.style("yellow", "warning:")} ${error}`);
  const stateDir = resolve(flags.stateDir);
  const socketPath = socketPathIn(stateDir);
  const running = await ask(socketPath);
  if (running !== undefined) {
    const text = `a manager runs already in ${stateDir} (pid ${running.pid}); \`drover down\` ends it`;
    throw new ProcessError("STATE_DIR_LOCKED", text);
  }
  makeDirectory(stateDir);
  const log = join(stateDir, ownLogName);
  const logStart = existsSync(log) ? statSync(log).size : 0;
  const daemon = await startDaemon(flags, log);
  const read = async (): Promise<Progress> => await readStart(socketPath);
  const outcome = await withProgress(whenReady(daemon, socketPath), read, terminal);
  daemon.release();
  if ("phase" in outcome) {
    terminal.out(
      `drover runs in the background (pid ${outcome.pid}); \`drover down\` ends it, ${log} has what it tells`,
    );
    return exitCode.done;
  }
  for (const line of readFileSync(log).subarray(logStart).toString().trimEnd().split("\n")) terminal.err(line);
  return outcome.code ?? exitCode.failed;
}

async function startDaemon(flags: UpOptions, log: string): Promise<AttachedChild> {
  const os = createNodeOs();
  const main = fileURLToPath(new URL("./main.js", import.meta.url));
  const output = { kind: "file", path: log } as const;
  const daemon = await os.spawn({
    file: process.execPath,
    args: [...daemonNodeFlags, ...process.execArgv, main, "up", ...argumentsOf(flags)],
    cwd: process.cwd(),
    env: os.host.env,
    detach: true,
    stdin: "ignore",
    stdout: output,
    stderr: output,
  });
  daemon.unref();
  return daemon;
}

/** What was said here is said again, and wins there over the configuration, too; the rest that reads for itself. */
function argumentsOf({ templateDir, stateDir, listen, tokenFile, config, ...flags }: UpOptions): string[] {
  const { from, environment, allowJs, dev, watchTemplates, json, verbose, listenPublic, logFormat = "plain" } = flags;
  const switches = {
    "--listen-public": listenPublic,
    "--dev": dev,
    "--watch-templates": watchTemplates,
    "--json": json,
    "--verbose": verbose,
    "--allow-js": allowJs,
  };
  const values = {
    "--template-dir": templateDir,
    "--state-dir": stateDir,
    "--log-format": logFormat,
    "--listen": listen,
    "--token-file": tokenFile,
    "--config": config,
    "--from": from,
    "--environment": environment,
  };
  const set = Object.entries(switches).flatMap(([name, isSet]) => (isSet === true ? [name] : []));
  const given = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
  // What the processes write is in their files already.
  return [...given, "--no-logs", ...set];
}

/** Nothing tells us when it listens: it is asked again and again, until it answers or has ended. */
async function whenReady(daemon: AttachedChild, socketPath: string): Promise<ManagerInfo | Exit> {
  let ended: Exit | undefined;
  const end = daemon.exit.then((exit) => {
    ended = exit;
  });
  for (;;) {
    if (ended !== undefined) return ended;
    const answer = await ask(socketPath);
    // Another manager may have been faster: ours is refused then, and says so itself.
    if (answer !== undefined && answer.pid === daemon.identity.pid && answer.phase !== "starting") return answer;
    await Promise.race([end, setTimeout(pollMs)]);
  }
}

/** How many of those that are to run do, or could not be started. */
async function readStart(socketPath: string): Promise<Progress> {
  const wanted = (await createClientAt({ socketPath }).list()).filter(({ desired }) => desired === "up");
  const waiting = wanted.filter(({ isRunning, lastError }) => !isRunning && lastError === "");
  return { doing: "starting", total: wanted.length, waiting: waiting.map(({ name }) => name) };
}

async function ask(socketPath: string): Promise<ManagerInfo | undefined> {
  return await createClientAt({ socketPath })
    .manager()
    .catch(() => undefined);
}
