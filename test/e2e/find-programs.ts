import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Absolute paths of the programs of the set. */
export interface Programs {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgIsReady: string;
  readonly redisServer: string;
  readonly redisCli: string;
  readonly python: string;
}

const names = {
  initdb: "initdb",
  postgres: "postgres",
  pgIsReady: "pg_isready",
  redisServer: "redis-server",
  redisCli: "redis-cli",
  python: "python3",
} as const satisfies Record<keyof Programs, string>;

/** Where the programs are on this machine, or the names of those it does not have. */
export function findPrograms(): Programs | readonly string[] {
  const directories = [...postgresDirectories(), ...(process.env["PATH"] ?? "").split(delimiter)];
  const find = (name: string) => directories.map((directory) => join(directory, name)).find((path) => existsSync(path));
  const found = Object.entries(names).map(([key, name]) => [key, find(name) ?? ""] as const);
  const missing = found.flatMap(([key, path]) => (path === "" ? [names[key as keyof Programs]] : []));
  return missing.length > 0 ? missing : (Object.fromEntries(found) as unknown as Programs);
}

/** Debian keeps the server out of PATH, one directory for each version; the newest first. */
function postgresDirectories(): readonly string[] {
  const base = "/usr/lib/postgresql";
  if (!existsSync(base)) return [];
  const versions = readdirSync(base).sort((one, other) => Number(other) - Number(one));
  return versions.map((version) => join(base, version, "bin"));
}
