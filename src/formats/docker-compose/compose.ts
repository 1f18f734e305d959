import { isObject } from "../../template/validate.js";
import type { Entries, EntryContext, Format, Scope } from "../format.js";
import { dotenvOf, interpolateFields } from "../interpolate.js";
import { membersOf } from "../members.js";
import { readData } from "../read-data.js";
import { type Substituted, substituteIn } from "../references.js";
import { composeFields } from "./fields.js";

const rules = composeFields();

/** What of a `compose.yaml` means a process of this machine. */
export const compose: Format = {
  name: "docker-compose",
  title: "Docker Compose",
  files: "compose.yaml, docker-compose.yml",
  relativeTo: "file",
  fileName: /^(docker-)?compose\b.*\.ya?ml$/,
  read: readData,
  detect: (value) => isObject(value) && isObject(value["services"]),
  entries: listEntries,
  constants: [
    { to: "runOnStartup", value: true, why: "all services are started, in the order of depends_on" },
    { to: "startTimeout", value: "24h", why: "nobody waits for a health check for a limited time" },
    { to: "missingEnv", value: "EMPTY", why: "a variable that does not exist is an empty text" },
    { to: "restart.backoff.initial", value: "100ms", why: "the delay of Docker doubles from this" },
    { to: "restart.backoff.max", value: "60s", why: "and grows to this" },
    { to: "restart.resetAfter", value: "10s", why: "a service that was up for this long begins anew" },
  ],
  rules,
  documentRules: [
    { field: "version", outcome: "mapped", note: "" },
    { field: "name", outcome: "mapped", note: "" },
    { field: "x-*", outcome: "mapped", note: "pieces that others share by anchors" },
    { field: "include", outcome: "mapped", note: "files that are named as a text are read, too" },
    { field: "networks", outcome: "dropped", note: "processes of one machine reach each other at localhost" },
    { field: "volumes", outcome: "dropped", note: "processes use the directories of this machine" },
    { field: "configs", outcome: "dropped", note: "processes use the files of this machine" },
    { field: "secrets", outcome: "dropped", note: "processes use the files of this machine" },
  ],
  includes: listIncludes,
  finish: requireCommand,
};

function listEntries(value: unknown, scope: Scope): Entries {
  // All its services may be in files that it includes.
  const document = isObject(value) && "include" in value ? { services: {}, ...value } : value;
  const { members, others, problems } = membersOf(document, "services", "a map of services by their names");
  const dotenv = dotenvOf(scope);
  const lookup = (name: string): string | undefined => scope.env[name] ?? dotenv.get(name);
  const replace = (text: string, field: string): Substituted =>
    // Those of variables are looked up at each start.
    field === "environment" ? { text, names: [] } : substituteIn(text, lookup);
  const entries = Object.entries(members).map(([key, service]) => {
    return { path: ["services", key], value: interpolateFields(service, { rules, replace }), key };
  });
  return { entries, others, problems };
}

function listIncludes(value: unknown): readonly string[] {
  const include = isObject(value) ? value["include"] : undefined;
  return Array.isArray(include) ? include.filter((file): file is string => typeof file === "string") : [];
}

function requireCommand({ entry, entryPath, draft }: EntryContext): void {
  if (["command", "entrypoint"].some((field) => field in entry && entry[field] !== null)) return;
  const message = "has no command: what its image runs is not known here";
  draft.complain(entryPath, { message, expected: "command or entrypoint" });
}
