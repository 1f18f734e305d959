import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Identity, sameIdentity } from "../os/identity.js";
import type { Os } from "../os/os.js";
import type { ProcessRecord } from "../process/process-record.js";
import { type RecordedState, stateOfRecorded } from "./adoption.js";
import { readRecords } from "./record-store.js";
import { type InspectedLock, inspectLocks } from "./state-lock.js";

/** One thing found in a state directory. */
export interface Finding {
  /** `ok` is as it should be, `note` is worth knowing, `problem` wants something done. */
  readonly level: "ok" | "note" | "problem";
  readonly subject: string;
  readonly text: string;
}

/** Looks at a state directory and at what its records tell of, and changes nothing. */
export async function diagnoseStateDir(directory: string, os: Os): Promise<readonly Finding[]> {
  if (!existsSync(directory)) {
    return [
      { level: "note", subject: "state", text: `there is no state directory ${directory}; no manager has used it` },
    ];
  }
  const locks = await inspectLocks(directory, os);
  const isManaged = locks.some(({ state }) => state !== "dead");
  const findings = locks.map(describeLock);
  if (locks.length === 0) findings.push({ level: "ok", subject: "lock", text: "free: no manager runs" });
  const tokens = locks.flatMap(({ holder }) => (holder === undefined ? [] : [holder.hostToken]));
  const recorded = await diagnoseRecords(join(directory, "processes"), isManaged, os);
  const left = isManaged ? [] : await findLeftovers(tokens, recorded.runs, os);
  return [...findings, ...recorded.findings, ...left];
}

function describeLock({ path, holder, state }: InspectedLock): Finding {
  const subject = "lock";
  if (holder === undefined) {
    return { level: "problem", subject, text: `${path} is not a lock of drover; if no manager runs, remove that file` };
  }
  const who = `process ${holder.identity.pid}, started ${holder.startedAt}`;
  if (state === "alive") return { level: "ok", subject, text: `held by ${who}` };
  if (state === "elsewhere") return { level: "note", subject, text: `held by ${who}, in another container` };
  return { level: "note", subject, text: `left by ${who}, which has ended; the next manager takes it over` };
}

interface RecordedRuns {
  readonly findings: readonly Finding[];
  /** What the findings tell about already. */
  readonly runs: readonly Identity[];
}

async function diagnoseRecords(directory: string, isManaged: boolean, os: Os): Promise<RecordedRuns> {
  if (!existsSync(directory)) return { findings: [], runs: [] };
  const { records, faults } = readRecords(directory);
  const broken = faults.map(({ file, problem }): Finding => {
    return { level: "problem", subject: file, text: `is no record: ${problem}; the next manager sets it aside` };
  });
  const aside = readdirSync(directory).filter((name) => name.endsWith(".aside"));
  const asides = aside.map((file): Finding => {
    return { level: "note", subject: file, text: "was set aside; remove it when you have looked at it" };
  });
  const told = await Promise.all(
    records.map(async (record) => describe(record, await stateOfRecorded(record, os), isManaged)),
  );
  const runs = records.flatMap(({ run }) => (run === undefined ? [] : [run.identity]));
  return { findings: [...broken, ...asides, ...told], runs };
}

function describe(record: ProcessRecord, state: RecordedState, isManaged: boolean): Finding {
  const { name: subject, kind, run } = record;
  const pid = run?.identity.pid ?? 0;
  if (state === "none") return { level: "ok", subject, text: `does not run; wanted ${record.desired}` };
  if (state === "unproven") {
    return { level: "note", subject, text: `PID ${pid} cannot be proven to be it: it is never touched` };
  }
  if (state === "ended") {
    const level = isManaged ? "ok" : "note";
    return {
      level,
      subject,
      text: `PID ${pid} has ended${isManaged ? "" : " while no manager watched it"}; a stale record`,
    };
  }
  if (isManaged) return { level: "ok", subject, text: `runs as PID ${pid} (${kind})` };
  if (kind === "bound") {
    return {
      level: "problem",
      subject,
      text: `PID ${pid} was left behind by a manager that was killed; the next one ends it`,
    };
  }
  return { level: "note", subject, text: `runs on as PID ${pid} (${kind}) without a manager; the next one adopts it` };
}

/** What carries the token of a dead manager in its environment: started by it, and meant to end with it. */
async function findLeftovers(
  tokens: readonly string[],
  recorded: readonly Identity[],
  os: Os,
): Promise<readonly Finding[]> {
  const found = await Promise.all(tokens.map(async (token) => await os.findCarriers(`${token}.`)));
  const unrecorded = found.flat().filter(({ identity }) => !recorded.some((run) => sameIdentity(run, identity)));
  return unrecorded.map(({ identity, name }): Finding => {
    const text = `PID ${identity.pid} was started by it and left behind by a manager that was killed; the next one ends it`;
    return { level: "problem", subject: name, text };
  });
}
