import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { ProcessError } from "../errors.js";
import { type Environment, expandEnv } from "./expand-env.js";
import type { ProcessTemplate } from "./process-template.js";

export interface EnvironmentSources {
  readonly template: ProcessTemplate;
  /** The environment of the host. */
  readonly hostEnv: Environment;
  /** Variables the manager gives to every process. */
  readonly managerEnv: Environment;
  /** Variables of this run; they win over everything. */
  readonly injected: Environment;
  /** The text of a file, by its absolute path; throws when it cannot be read. */
  readonly readFile: (path: string) => string;
}

/**
 * The environment of one run. From low to high: the host's (with `inheritEnv`), the manager's, `envFiles` in order, `env`, and
 * the injected variables. References in `env` see all of them but `env` itself, and the host's also without `inheritEnv`.
 *
 * @throws ProcessError ENV_UNRESOLVED that names every missing variable and every unreadable file.
 */
export function buildEnvironment(sources: EnvironmentSources): Record<string, string> {
  const { template, hostEnv, managerEnv, injected } = sources;
  const missing: string[] = [];
  const fromFiles = readEnvFiles(sources, missing);
  const base = { ...defined(hostEnv), ...defined(managerEnv), ...fromFiles, ...defined(injected) };
  const expanded = expandEnv(template.env, base, template.missingEnv);
  missing.push(...expanded.missing);
  const env = {
    ...(template.inheritEnv ? defined(hostEnv) : {}),
    ...defined(managerEnv),
    ...fromFiles,
    ...expanded.env,
    ...defined(injected),
  };
  for (const name of template.requiredEnv) {
    if (!Object.hasOwn(env, name) || env[name] === "") missing.push(`${name} (listed in requiredEnv)`);
  }
  if (missing.length === 0) return env;
  const fix = "set what is missing in the host's environment, in an env file or in the template's env";
  const message = `the environment of process ${JSON.stringify(template.name)} is incomplete: ${[...new Set(missing)].join(", ")}; ${fix}`;
  throw new ProcessError("ENV_UNRESOLVED", message, { process: template.name });
}

function readEnvFiles({ template, readFile }: EnvironmentSources, missing: string[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const file of template.envFiles) {
    try {
      // A byte order mark would be a part of the first name.
      Object.assign(env, parseEnv(readFile(resolve(template.cwd, file)).replace(/^\uFEFF/, "")));
    } catch (error) {
      missing.push(`the file ${file} (${error instanceof Error ? error.message : String(error)})`);
    }
  }
  return env;
}

function defined(env: Environment): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
