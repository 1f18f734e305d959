import { join, resolve } from "node:path";
import type { Writable } from "node:stream";
import { requireSocketPathFits } from "../health/socket-path.js";
import type { LogStream } from "../logs/log-line.js";
import type { Os, OutputTarget, SpawnRequest } from "../os/os.js";
import { buildEnvironment } from "../template/environment.js";
import { resolveProgram } from "../template/interpreter.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { OutputTargets } from "./process-log.js";

/** What a process is started with beside its template. */
export interface LaunchOptions extends HostStreams {
  /** Its number among the processes of one template, from 1. */
  readonly instance?: number | undefined;
  /** Name of the template it is an instance of. @default its own */
  readonly family?: string | undefined;
}

/** Streams of the host program a process is connected to. */
export interface HostStreams {
  readonly stdin?: "ignore" | "pipe" | undefined;
  readonly stdout?: Writable | undefined;
  readonly stderr?: Writable | undefined;
}

export interface LaunchContext {
  readonly os: Os;
  /** Variables the manager gives every process. */
  readonly managerEnv: Readonly<Record<string, string>>;
  /** What the DROVER_ID of a detached run begins with: by it the next manager finds one that was not recorded in time. */
  readonly detachedToken: () => string;
  /** Where log files go that the template does not name; undefined writes none. */
  readonly logDirectory: string | undefined;
}

/** What to start, worked out anew for each start: variables, files and interpreters may have changed. */
export function planLaunch(template: ProcessTemplate, options: LaunchOptions, context: LaunchContext): SpawnRequest {
  const { host, hostToken } = context.os;
  const runId = context.os.newRunId(template.detach ? context.detachedToken() : hostToken);
  const env = buildEnvironment({
    template,
    hostEnv: host.env,
    managerEnv: context.managerEnv,
    injected: {
      DROVER_NAME: template.name,
      DROVER_INSTANCE: String(options.instance ?? 1),
      DROVER_ID: runId,
      ...socketPathOf(template),
    },
    readFile: (path) => host.readFile(path),
  });
  const { file, args } = resolveProgram(template, { exists: (path) => host.isFile(path), env });
  const { cwd, detach, runAs, nice } = template;
  return {
    file,
    args,
    cwd,
    env,
    detach,
    runAs,
    nice,
    stdin: options.stdin ?? "ignore",
    ...chooseOutputs(template, options, context.logDirectory),
  };
}

/** Where the output of a process goes. */
export function chooseOutputs(
  template: ProcessTemplate,
  options: HostStreams,
  logDirectory: string | undefined,
): OutputTargets {
  return {
    stdout: chooseOutput("stdout", template, options.stdout, logDirectory),
    stderr: chooseOutput("stderr", template, options.stderr, logDirectory),
  };
}

const logSuffix = { stdout: "out", stderr: "err" } as const;

function chooseOutput(
  stream: LogStream,
  { name, cwd, detach, logs }: ProcessTemplate,
  writer: Writable | undefined,
  logDirectory: string | undefined,
): OutputTarget {
  if (writer !== undefined) return { kind: "pipe" };
  if (logs.mode === "DISCARD") return { kind: "discard" };
  // A detached process must hold nothing of the host: its terminal may go away, and writing there would end it.
  if (logs.mode === "INHERIT" && !detach) return { kind: "inherit" };
  const path = logs[stream];
  if (path !== undefined) return { kind: "file", path: resolve(cwd, path) };
  // Without a place for files the last lines are kept in memory; a pipe would tie a detached process to this program.
  if (logDirectory === undefined) return { kind: detach ? "discard" : "pipe" };
  return { kind: "file", path: join(logDirectory, `${name}.${logSuffix[stream]}.log`) };
}

/** Where a process is to listen that is asked over a Unix socket. */
function socketPathOf({ readiness, liveness, cwd }: ProcessTemplate): { readonly SOCKET_PATH?: string } {
  const check = [readiness?.check, liveness?.check].find((candidate) => candidate?.kind === "unix");
  if (check === undefined) return {};
  const path = resolve(cwd, check.path);
  requireSocketPathFits(path);
  return { SOCKET_PATH: path };
}
