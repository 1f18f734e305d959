// A host program that is told what to do and at which moment to die: `node doomed-host.js PLAN`, PLAN as in death-plan.ts.
// It kills itself with SIGKILL from within the calls of the library, so that the moment is exact without hooks in it.
import fs, { writeSync } from "node:fs";
import fsPromises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const { stateDir, members, steps, doom } = JSON.parse(process.argv[2]);

/** At once on the pipe: what was told was true before this program died. */
function tell(...words) {
  writeSync(1, `${JSON.stringify(words)}\n`);
}

let seen = 0;
function reach(at) {
  if (at !== doom?.at || ++seen !== doom.nth) return;
  tell("doomed", at);
  process.kill(process.pid, "SIGKILL");
}

/** The function with a deadly moment before and after it; `isMeant` picks the calls that count. */
function deadly(what, call, isMeant = () => true) {
  return (...args) => {
    if (!isMeant(...args)) return call(...args);
    reach(`before ${what}`);
    const result = call(...args);
    if (typeof result?.then !== "function") {
      reach(`after ${what}`);
      return result;
    }
    return result.then((value) => {
      reach(`after ${what}`);
      return value;
    });
  };
}

const isRecord = (path) => path.startsWith(`${stateDir}/processes/`);
const isNewRecord = (path, flags) => isRecord(path) && flags === "wx";
const isLock = (path) => /^lock\.\d+$/.test(path.slice(stateDir.length + 1));
fsPromises.open = deadly("record write", fsPromises.open, isNewRecord);
fsPromises.rename = deadly("record rename", fsPromises.rename, isRecord);
fsPromises.rm = deadly("record removal", fsPromises.rm, isRecord);
fs.linkSync = deadly("lock", fs.linkSync, (_from, path) => isLock(path));
fs.rmSync = deadly("lock removal", fs.rmSync, isLock);
syncBuiltinESMExports();

const { createProcessManager } = await import("../../dist/index.js");
const { createNodeOs } = await import("../../dist/os/node/node-os.js");

/** A child whose signals have deadly moments. Its methods need the child itself as `this`. */
function doomedChild(child) {
  const signalTree = deadly("signal", (...signals) => child.signalTree(...signals));
  const own = {
    signalTree: (...signals) => {
      if (!signals.includes("SIGKILL")) setTimeout(() => reach("in grace"), 15);
      return signalTree(...signals);
    },
    survivors: deadly("look at the survivors", () => child.survivors()),
  };
  return new Proxy(child, {
    get(target, key) {
      if (Object.hasOwn(own, key)) return own[key];
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const os = createNodeOs();
const spawn = deadly("spawn", (...args) => os.spawn(...args));
const attach = deadly("attach", (...args) => os.attach(...args));
const doomedOs = {
  ...os,
  spawn: async (...args) => doomedChild(await spawn(...args)),
  attach: async (...args) => doomedChild(await attach(...args)),
  findCarriers: deadly("search for leftovers", (prefix) => os.findCarriers(prefix)),
  close: deadly("dismissal of the guardian", () => os.close()),
};

const logger = { debug: () => undefined, info: () => undefined, warn: tellLog, error: tellLog };
function tellLog({ err }, message) {
  tell("log", message, err?.message);
}

/** Each change of the lifecycle is a deadly moment, and so are that it is ready, and the wait for a restart. */
function watch(subject) {
  let last = {};
  subject.status$.subscribe(({ lifecycle, ready, supervision }) => {
    const before = last;
    last = { lifecycle, ready, supervision };
    if (lifecycle !== before.lifecycle) reach(`status ${lifecycle}`);
    if (ready && !before.ready && subject.template.readiness !== undefined) reach("ready");
    if (supervision !== before.supervision && supervision.kind === "waiting")
      setTimeout(() => reach("restart delay"), 10);
  });
}

/** Resolves when it is ready after a restart of its own. */
function recovery(subject) {
  const { restarts } = subject.status;
  return new Promise((resolve) => {
    const watching = subject.status$.subscribe((status) => {
      if (status.restarts === restarts || !status.ready) return;
      setImmediate(() => watching.unsubscribe());
      resolve();
    });
  });
}

const verbs = {
  async start(subject) {
    tell("starting", subject.name);
    await subject.start();
    tell("up", subject.name, subject.pid);
  },
  async restart(subject) {
    tell("starting", subject.name);
    await subject.restart();
    tell("up", subject.name, subject.pid);
  },
  async stop(subject) {
    tell("stopping", subject.name);
    await subject.stopAndWait();
    tell("down", subject.name);
  },
  async kill(subject) {
    tell("stopping", subject.name);
    await subject.kill();
    tell("down", subject.name);
  },
  /** It ends without being asked to, and is started again. */
  async crash(subject) {
    tell("starting", subject.name);
    await subject.start();
    const exit = subject.wait();
    await subject.signal("SIGKILL").catch(() => undefined);
    await exit;
    await subject.start();
    tell("up", subject.name, subject.pid);
  },
  /** It ends without being asked to, and comes back by itself. */
  async relapse(subject) {
    tell("starting", subject.name);
    await subject.start();
    const recovered = recovery(subject);
    await subject.signal("SIGKILL");
    await recovered;
    tell("up", subject.name, subject.pid);
  },
};

tell("born");
const manager = await createProcessManager({ stateDir, os: doomedOs, logger, statusPeriod: 10 });
tell("open");
manager.processes$.subscribe(({ type, process: subject }) => {
  if (type === "added") watch(subject);
});
const subjects = new Map(
  members.map(({ name, command, options }) => [name, manager.newProcess(name, command, options)]),
);
await Promise.all([...subjects.values()].map((subject) => verbs.start(subject)));
reach("everything up");
for (const step of steps) {
  await Promise.all(step.map(({ verb, name }) => verbs[verb](subjects.get(name))));
}
tell("closing");
await manager.close();
tell("closed");
