import { randomUUID } from "node:crypto";
import type { ProcessOptions } from "../../src/index.js";
import { type SeededRandom, seededRandom } from "./seeded-random.js";

/** A process of the host program. */
export interface DeathMember {
  readonly name: string;
  readonly command: string;
  readonly options: ProcessOptions;
}

export interface DeathStep {
  readonly verb: "start" | "restart" | "stop" | "kill" | "crash" | "relapse";
  readonly name: string;
}

/** When a host kills itself: the nth time it comes to this moment. */
export interface Doom {
  readonly at: string;
  readonly nth: number;
}

/** What one run does: hosts one after the other on the same state directory, each of which dies. */
export interface DeathPlan {
  readonly seed: number;
  readonly members: readonly DeathMember[];
  /** Done together, one group after the other. */
  readonly steps: readonly (readonly DeathStep[])[];
  readonly dooms: readonly Doom[];
  /** Whether the manager after them defines and starts the same processes, as a host program does. */
  readonly isDefinedAnew: boolean;
}

interface Moment {
  readonly at: string;
  /** How often a host comes there for sure, by and large. */
  readonly times: number;
  /** It is only met by a host that finds something left by an earlier one. */
  readonly needsLeftovers?: true;
}

/** Killed from outside, some milliseconds after it began: any moment at all. */
export const anyMoment = "any moment";
export const anyMomentSpanMs = 500;
const restartDelay = "restart delay";
const everythingUp: Doom = { at: "everything up", nth: 1 };

/** The names of doomed-host.js; most happen for each process and at each of its steps. */
const moments: readonly Moment[] = [
  { at: "before spawn", times: 9 },
  { at: "after spawn", times: 9 },
  { at: "before record write", times: 12 },
  { at: "before record rename", times: 12 },
  { at: "after record rename", times: 12 },
  { at: "status starting", times: 8 },
  { at: "status running", times: 8 },
  { at: "ready", times: 2 },
  { at: restartDelay, times: 2 },
  { at: "everything up", times: 1 },
  { at: "status stopping", times: 5 },
  { at: "before signal", times: 8 },
  { at: "after signal", times: 8 },
  { at: "in grace", times: 5 },
  { at: "before look at the survivors", times: 8 },
  { at: "after look at the survivors", times: 8 },
  { at: "status exited", times: 5 },
  { at: "before dismissal of the guardian", times: 1 },
  { at: "after dismissal of the guardian", times: 1 },
  { at: "before lock", times: 1 },
  { at: "after lock", times: 1 },
  { at: "before lock removal", times: 1 },
  { at: "after lock removal", times: 1 },
  { at: "before attach", times: 5, needsLeftovers: true },
  { at: "after attach", times: 2, needsLeftovers: true },
  { at: "before record removal", times: 3, needsLeftovers: true },
  { at: "after record removal", times: 3, needsLeftovers: true },
  { at: "before search for leftovers", times: 1, needsLeftovers: true },
  { at: "after search for leftovers", times: 1, needsLeftovers: true },
  { at: anyMoment, times: 1 },
];

/** The plan of a run: runs with seeds in a row go through all moments. */
export function planDeath(seed: number): DeathPlan {
  const random = seededRandom(seed);
  const moment = moments[seed % moments.length] ?? { at: anyMoment, times: 1 };
  const members = makeMembers(randomUUID().slice(0, 8));
  const doom = { at: moment.at, nth: 1 + random.below(moment.times) };
  const hasEarlierHost = moment.needsLeftovers === true || random.below(3) === 0;
  const dooms = hasEarlierHost ? [everythingUp, doom] : [doom];
  const steps = [0, 1, 2].map(() => makeStep(members, random));
  if (moment.at === restartDelay) steps.unshift(relapses(members));
  return { seed, members, steps, dooms, isDefinedAnew: random.below(3) > 0 };
}

/** Main, child, child in its own session, double-forked daemon; all ignore SIGTERM. */
const stubbornTree = `
  trap '' TERM
  sleep 1000 &
  setsid sleep 1000 &
  (setsid sh -c 'sleep 1000 & exit' &)
  while :; do sleep 1000; done
`;
/** Its leader ends when told to, a grandchild does not. */
const halfStubborn = "(trap '' TERM; exec sleep 1000) & trap 'exit 0' TERM; while :; do sleep 1000 & wait; done";
/** Says when it is ready, and is started again when it fails. */
const supervised = "sleep 0.02; echo ready; while :; do sleep 1000 & wait; done";
const supervision = {
  readiness: { output: { pattern: "^ready$" } },
  restart: { mode: "ON_FAILURE", backoff: { initial: 30 } },
} as const;
const forking = "while :; do (sleep 0.3 &); sleep 0.05; done";

function makeMembers(tag: string): readonly DeathMember[] {
  const stop = { gracePeriod: 60 };
  const shell = (name: string, script: string, detach: boolean): DeathMember => {
    return { name: `${name}-${tag}`, command: "sh", options: { args: ["-c", script], stop, detach, notify: !detach } };
  };
  return [
    { name: `bound-${tag}`, command: "sleep", options: { args: ["1000"], stop } },
    shell("bound-stubborn", stubbornTree, false),
    shell("bound-forking", forking, false),
    { name: `free-${tag}`, command: "sleep", options: { args: ["1000"], stop, detach: true, notify: true } },
    shell("free-stubborn", stubbornTree, true),
    shell("free-half", halfStubborn, true),
    withSupervision(shell("bound-supervised", supervised, false)),
    withSupervision(shell("free-supervised", supervised, true)),
  ];
}

function withSupervision({ options, ...member }: DeathMember): DeathMember {
  return { ...member, options: { ...options, ...supervision } };
}

/** Each of those that are supervised ends, and comes back by itself. */
function relapses(members: readonly DeathMember[]): readonly DeathStep[] {
  return members.filter(isSupervised).map(({ name }) => ({ verb: "relapse", name }));
}

function isSupervised({ options }: DeathMember): boolean {
  return options.restart !== undefined;
}

function makeStep(members: readonly DeathMember[], random: SeededRandom): readonly DeathStep[] {
  const chosen = members.filter(() => random.below(2) === 0);
  return chosen.map((member) => ({
    verb: random.pick(["start", "restart", "stop", "kill", isSupervised(member) ? "relapse" : "crash", "restart"]),
    name: member.name,
  }));
}
