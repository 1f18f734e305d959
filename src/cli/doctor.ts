import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { ProcessError } from "../errors.js";
import { diagnoseStateDir, type Finding } from "../manager/diagnosis.js";
import { createNodeOs } from "../os/node/node-os.js";
import { exitCode } from "./exit-code.js";
import { layOut, type Terminal } from "./terminal.js";
import { withManager } from "./with-manager.js";

export interface DoctorOptions {
  readonly stateDir: string;
  readonly json: boolean;
}

/** Tells what is wrong with a state directory and this machine, and changes nothing; gives the exit code. */
export async function runDoctor({ stateDir, json }: DoctorOptions, terminal: Terminal): Promise<number> {
  const os = createNodeOs();
  const findings = [...(await diagnoseStateDir(resolve(stateDir), os)), ...diagnoseMachine()];
  if (json) terminal.out(JSON.stringify({ findings }, null, 2));
  else for (const line of layOut(findings.map(describeRow))) terminal.out(line);
  return findings.some(({ level }) => level === "problem") ? exitCode.failed : exitCode.done;
}

function describeRow({ level, subject, text }: Finding): string[] {
  return [level, subject, text];
}

/** Programs drover uses, and what for. */
const programs = {
  sh: "the guardian, shell commands",
  grep: "the guardian",
  taskset: "affinity",
} as const;

function diagnoseMachine(): Finding[] {
  const missing = Object.entries(programs).filter(([program]) => !isOnPath(program));
  const told = missing.map(([program, use]): Finding => {
    return { level: "problem", subject: "machine", text: `${program} is not on PATH; it is needed for: ${use}` };
  });
  if (told.length === 0)
    told.push({ level: "ok", subject: "machine", text: `found ${Object.keys(programs).join(", ")}` });
  return [...told, diagnoseProcfs(), ...diagnoseLimits()];
}

function diagnoseProcfs(): Finding {
  if (existsSync("/proc/self/stat"))
    return { level: "ok", subject: "machine", text: "/proc shows every process exactly" };
  return {
    level: "note",
    subject: "machine",
    text: "there is no /proc: identities are as fine as the seconds ps tells",
  };
}

/** Each managed process takes a descriptor, and two more while it is started. */
const fewFiles = 256;

function diagnoseLimits(): Finding[] {
  const limits = existsSync("/proc/self/limits") ? readFileSync("/proc/self/limits", "latin1") : "";
  const read = (name: string): number => Number(new RegExp(`^${name} +(\\d+)`, "m").exec(limits)?.[1] ?? "Infinity");
  const files = read("Max open files");
  const processes = read("Max processes");
  const level = files < fewFiles ? "problem" : "ok";
  const text = `at most ${files} open files and ${processes} processes (ulimit -n, ulimit -u)`;
  return [{ level, subject: "limits", text }];
}

function isOnPath(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Ends the named processes that run on without a manager; gives the exit code. */
export async function stopOrphans(names: readonly string[], stateDir: string, terminal: Terminal): Promise<number> {
  return await withManager(stateDir, terminal, async (manager) => {
    for (const name of names) {
      const process = manager.getProcessByName(name);
      if (process === undefined)
        throw new ProcessError("PROCESS_NOT_FOUND", `nothing named "${name}" runs on without a manager`);
      const { survivors } = await process.stopAndWait();
      if (survivors.length > 0)
        throw process.status.lastError ?? new ProcessError("STOP_INCOMPLETE", `${name} could not be ended`);
      terminal.out(`stopped ${name}`);
    }
  });
}
