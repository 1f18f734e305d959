import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TemplateOptions } from "../../src/index.js";
import { findUser, type User } from "../../src/os/node/privilege/user-database.js";
import { freePort } from "../repo/free-port.js";
import { run } from "../repo/run.js";
import { tempDir } from "../repo/temp-dir.js";
import type { Programs } from "./find-programs.js";
import { segmentOf } from "./shared-memory.js";

/** A directory with the templates of two databases, of what depends on them, and of a cron job. */
export interface ComposeSet extends Disposable {
  readonly dir: string;
  readonly templateDir: string;
  readonly stateDir: string;
  readonly ports: Ports;
  readonly postgresDir: string;
  /** What a process has written to a stream so far. */
  readonly logOf: (name: string, stream?: "out" | "err") => string;
}

export interface Ports {
  readonly api: number;
  readonly postgres: number;
  readonly redis: number;
}

type TemplateFields = TemplateOptions & { readonly command?: string };

interface Plan {
  readonly dir: string;
  readonly postgresDir: string;
  readonly ports: Ports;
  readonly programs: Programs;
  /** Who runs the databases: PostgreSQL refuses root. Undefined: whoever runs the test. */
  readonly runAs: { readonly user: string } | undefined;
}

const fixtures = fileURLToPath(new URL("fixtures/", import.meta.url));

/** Writes the templates, and what they need, into a fresh directory. Nothing is started. */
export async function writeComposeSet(programs: Programs): Promise<ComposeSet> {
  const temp = tempDir();
  try {
    const [dir, postgresDir] = [temp.path, join(temp.path, "postgres")];
    const owner = await findOwner();
    mkdirSync(postgresDir, { mode: 0o700 });
    if (owner !== undefined) openTo(owner, dir, postgresDir);
    for (const file of ["api.mjs", "worker.py"]) copyFileSync(join(fixtures, file), join(dir, file));
    const venv = await run(programs.python, ["-m", "venv", "--without-pip", join(dir, ".venv")]);
    if (venv.status !== 0) throw new Error(`no virtual environment: ${venv.stderr}`);

    const [api, postgres, redis] = [await freePort(), await freePort(), await freePort()];
    const ports = { api, postgres, redis };
    const runAs = owner === undefined ? undefined : { user: owner.name };
    const [templateDir, stateDir] = [join(dir, "templates"), join(dir, "state")];
    mkdirSync(templateDir);
    for (const [name, fields] of Object.entries(templatesOf({ dir, postgresDir, ports, programs, runAs }))) {
      writeFileSync(join(templateDir, `${name}.json`), JSON.stringify({ name, cwd: dir, ...fields }));
    }
    const logOf = (name: string, stream = "out"): string =>
      readFileSync(join(stateDir, `logs/${name}.${stream}.log`), "utf8");
    const dispose = (): void => {
      releaseMemory(postgresDir);
      temp[Symbol.dispose]();
    };
    return { dir, templateDir, stateDir, ports, postgresDir, logOf, [Symbol.dispose]: dispose };
  } catch (error) {
    temp[Symbol.dispose]();
    throw error;
  }
}

/** By the names of the files what depends on others would be started before them. */
function templatesOf(plan: Plan): Readonly<Record<string, TemplateFields>> {
  return {
    api: apiTemplate(plan),
    "init-postgres": initTemplate(plan),
    job: jobTemplate(plan),
    postgres: postgresTemplate(plan),
    redis: redisTemplate(plan),
    worker: workerTemplate(plan),
  };
}

function apiTemplate({ ports }: Plan): TemplateFields {
  return {
    script: "api.mjs",
    env: { PORT: String(ports.api), POSTGRES_PORT: String(ports.postgres), REDIS_PORT: String(ports.redis) },
    dependsOn: [{ name: "postgres" }, { name: "redis" }],
    readiness: { http: { url: `http://127.0.0.1:${ports.api}/ready` }, interval: "200ms", failureThreshold: 1 },
    runOnStartup: true,
  };
}

/** Is not marked with runOnStartup: what depends on it starts it. */
function initTemplate({ postgresDir, programs, runAs }: Plan): TemplateFields {
  const options = "--username=drover --auth=trust --encoding=UTF8 --no-locale --no-sync";
  return {
    command: `test -s $PGDATA/PG_VERSION || ${programs.initdb} ${options}`,
    shell: true,
    env: { PGDATA: join(postgresDir, "data") },
    ...(runAs === undefined ? {} : { runAs }),
  };
}

/** No waiting for the disk, and nothing in /dev/shm that would stay when it is killed. */
const frugal = ["-c", "fsync=off", "-c", "dynamic_shared_memory_type=mmap"];

function postgresTemplate({ postgresDir, ports, programs, runAs }: Plan): TemplateFields {
  const port = String(ports.postgres);
  return {
    command: programs.postgres,
    args: ["-D", join(postgresDir, "data"), "-k", postgresDir, "-h", "127.0.0.1", "-p", port, ...frugal],
    ...(runAs === undefined ? {} : { runAs }),
    dependsOn: [{ name: "init-postgres", condition: "SUCCEEDED" }],
    readiness: {
      exec: { command: programs.pgIsReady, args: ["-h", postgresDir, "-p", port, "-U", "drover", "-d", "postgres"] },
      interval: "200ms",
    },
    // The API sees for a second that it is away.
    restart: { mode: "ALWAYS", backoff: { initial: "1s" } },
    stop: { signal: "SIGINT", gracePeriod: "20s" },
    runOnStartup: true,
  };
}

function redisTemplate({ dir, ports, programs, runAs }: Plan): TemplateFields {
  return {
    command: programs.redisServer,
    args: ["--bind", "127.0.0.1", "--port", String(ports.redis), "--save", "", "--dir", dir],
    ...(runAs === undefined ? {} : { runAs }),
    readiness: { tcp: { port: ports.redis }, interval: "200ms" },
    restart: { mode: "ALWAYS" },
    runOnStartup: true,
  };
}

function workerTemplate({ ports }: Plan): TemplateFields {
  return {
    script: "worker.py",
    env: { REDIS_PORT: String(ports.redis) },
    dependsOn: [{ name: "redis" }],
    readiness: { output: { pattern: "^step :\\d+$" }, interval: "100ms" },
    restart: { mode: "ALWAYS" },
    runOnStartup: true,
  };
}

function jobTemplate({ ports, programs }: Plan): TemplateFields {
  return {
    command: programs.redisCli,
    args: ["-p", String(ports.redis), "INCR", "runs"],
    dependsOn: [{ name: "redis" }],
    schedule: { cron: "*/2 * * * * *" },
    runOnStartup: true,
  };
}

async function findOwner(): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ["postgres", "nobody"]) {
    const user = await findUser(name);
    if (user !== undefined) return user;
  }
  throw new Error("root cannot run PostgreSQL, and there is neither a user postgres nor nobody");
}

/** Lets the owner of the databases through to its directory; the temporary directory of a test run is its maker's only. */
function openTo({ uid, gid }: User, dir: string, postgresDir: string): void {
  for (const path of [tmpdir(), dir]) {
    const { mode } = statSync(path);
    if ((mode & 0o001) === 0) chmodSync(path, mode | 0o001);
  }
  chownSync(postgresDir, uid, gid);
}

/** A killed PostgreSQL leaves its segment to the next one with the same files, and here there will be none. */
function releaseMemory(postgresDir: string): void {
  const segment = segmentOf(postgresDir);
  if (segment !== undefined) spawnSync("ipcrm", ["--shmem-id", segment]);
}
