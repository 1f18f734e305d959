import type { Enum, Field, Type } from "protobufjs";
import {
  enumOf,
  enumWord,
  hasPresence,
  isDuration,
  messageOf,
  messageType,
  oneofsOf,
  rulesOf,
} from "../../src/template/schema.js";

/** The page docs/templates.md: prose, and the reference from the comments and rules of the schema. */
export function describeTemplatesPage(): string {
  const messages = reachable(messageType("ProcessTemplate"));
  const lines = [prose, "## Fields", "", ...messages.flatMap(describeMessage)];
  return `${lines.join("\n").trimEnd()}\n`;
}

/** The message and all it holds, in the order in which a reader comes across them. */
function reachable(type: Type, seen = new Set<Type>()): Type[] {
  if (seen.has(type)) return [];
  seen.add(type);
  return [
    type,
    ...type.fieldsArray.flatMap((field) => (isMessage(field) ? reachable(messageOf(field) as Type, seen) : [])),
  ];
}

const isMessage = (field: Field): boolean => messageOf(field) !== undefined && !isDuration(field);

function describeMessage(type: Type): string[] {
  const exclusive = oneofsOf(type).map((oneof) => oneof.fieldsArray.map((field) => `\`${field.jsonName}\``).join(", "));
  const notes = exclusive.map((names) => `Exactly one of ${names} is given.`);
  const rows = type.fieldsArray.map(
    (field) => `| \`${field.jsonName}\` | ${kindOf(field)} | ${defaultText(field)} | ${meaning(field)} |`,
  );
  const header = ["| field | kind | default | meaning |", "|---|---|---|---|"];
  const enums = [...new Set(type.fieldsArray.flatMap((field) => enumOf(field) ?? []))];
  return [
    `### ${type.name}`,
    "",
    oneLine(type.comment),
    ...notes,
    "",
    ...header,
    ...rows,
    "",
    ...enums.flatMap(describeEnum),
  ];
}

function describeEnum(words: Enum): string[] {
  const rows = Object.keys(words.values).map((name) => `- \`${enumWord(name)}\`: ${oneLine(words.comments[name])}`);
  return [`**${words.name}** ${oneLine(words.comment)}`, "", ...rows, ""];
}

function kindOf(field: Field): string {
  const one = singleKind(field);
  if (field.map) return "names and texts";
  return field.repeated ? `list of ${one}` : one;
}

function singleKind(field: Field): string {
  const words = enumOf(field);
  if (words !== undefined)
    return Object.keys(words.values)
      .map((name) => `\`${enumWord(name)}\``)
      .join(" ");
  if (isDuration(field)) return "duration";
  if (isMessage(field)) return `[${messageOf(field)?.name}](#${messageOf(field)?.name.toLowerCase()})`;
  if (rulesOf(field).format === "BYTES") return "size";
  if (field.type === "string") return "text";
  if (field.type === "bool") return "true or false";
  return field.type === "double" ? "number" : "whole number";
}

function defaultText(field: Field): string {
  const rules = rulesOf(field);
  if (rules.required === true) return "required";
  const words = enumOf(field);
  if (rules.default !== undefined) {
    const shown = words === undefined ? rules.default : enumWord(rules.default);
    return `\`${field.repeated ? `[${shown}]` : shown}\``;
  }
  if (field.repeated || field.map || hasPresence(field)) return "";
  if (words !== undefined) return `\`${enumWord(words.valuesById[0] ?? "")}\``;
  if (field.type === "bool") return "`false`";
  return field.type === "string" ? "" : "`0`";
}

function meaning(field: Field): string {
  const { min, max, inner = [] } = rulesOf(field);
  const parts = [oneLine(field.comment)];
  if (min !== undefined && max !== undefined) parts.push(`From ${min} to ${max}.`);
  else if (min !== undefined) parts.push(`At least ${min}.`);
  else if (max !== undefined) parts.push(`At most ${max}.`);
  for (const { field: name, value } of inner) parts.push(`Here \`${name}\` is \`${value}\` by default.`);
  return parts.join(" ").replaceAll("|", "\\|");
}

const oneLine = (comment: string | null | undefined): string => (comment ?? "").replace(/\s+/g, " ").trim();

const prose = `# Templates

A template says everything about one process. The files of the template directory are read when a manager starts; every template
becomes a handle, and those with \`runOnStartup\` are started, in the order of the file names.

\`\`\`yaml template
name: web
script: server.mjs
env:
  PORT: \${PORT:-8080}
restart:
  mode: on-failure
  backoff:
    initial: 500ms
stop:
  gracePeriod: 10s
\`\`\`

The schema is \`proto/drover/v1/template.proto\`, which comes with the package; everything below "Fields" is made from it.

## Files

| file | encoding |
|---|---|
| \`*.json\` | proto3 JSON; strict: no comments, no trailing commas |
| \`*.yaml\` \`*.yml\` | the same in YAML 1.2, one document a file |
| \`*.textproto\` | proto text format |
| \`*.binpb\` | proto binary |

A file holds one template, or a list of them under \`templates\`:

\`\`\`json template
{
  "templates": [
    { "name": "db", "command": "postgres", "args": ["-D", "data"] },
    { "name": "api", "script": "api.py", "dependsOn": [{ "name": "db", "condition": "STARTED" }] }
  ]
}
\`\`\`

\`\`\`textproto template
name: "worker"
script: "worker.mjs"
restart { mode: ALWAYS backoff { max { seconds: 10 } } }
\`\`\`

- Only files directly in the directory are read. Hidden files, folders and files of other kinds (\`README.md\`, \`.py\`, \`.txt\`, \`.proto\`)
  are ignored; \`.jsonc\`, \`.json5\`, \`.toml\`, \`.txtpb\`, \`.pbtxt\`, \`.prototxt\` and \`.pb\` are errors, as they were surely meant as templates.
- A link is followed when it stays inside the directory. A file over 1 MiB is an error.
- Of two templates with one name the first is taken, by the order of the files; the second is an error.
- A bad file is an error beside the others, which are loaded. In a list the good entries are loaded, too.
- Text files are UTF-8; a byte order mark is skipped.
- A directory that does not exist holds no templates; it is made by the first template that is written.

## How values are written

- **Keys** are in lowerCamelCase or snake_case: \`runOnStartup\` or \`run_on_startup\`. Unknown keys are errors.
- **Words** such as \`ON_FAILURE\` may be in any case and with \`-\`: \`on-failure\`.
- **Durations** carry their units: \`500ms\`, \`1.5s\`, \`1m30s\`, \`2h\` (ns, us, ms, s, m, h). A number without a unit is an error in a file; in
  code it is milliseconds.
- **Sizes** are whole numbers of bytes, or texts: \`512MiB\` (powers of 1024) or \`10MB\` (powers of 1000).
- **Texts** are texts: \`PORT: 3000\` is an error, \`PORT: "3000"\` is right.
- In JSON and YAML \`null\` means "left out".

## What is wrong is said like a compiler says it

All problems of a file are reported at once, by \`drover validate FILE\`, and for a template directory in \`manager.templateErrors\`:

\`\`\`text
templates/web.json:5:13: restart.mode: unknown value "on-failur"; expected one of never, on-failure, always; did you mean "on-failure"?
templates/web.json:9:13: env.PORT: is the number 3000; expected a text; quote it: "3000"
\`\`\`

Text and binary proto files have paths, but lines only for faults of the text itself.

## The environment of a process

From low to high: the environment of the host (unless \`inheritEnv\` is false), the \`env\` option of the manager, \`envFiles\` in their order, \`env\`,
and \`DROVER_NAME\`, \`DROVER_INSTANCE\` and \`DROVER_ID\`. Values of \`env\` are expanded at each start, from all of these but \`env\` itself:

| written | becomes |
|---|---|
| \`\${VAR}\` | the variable; when there is none, what \`missingEnv\` says |
| \`\${VAR:-default}\` | the variable, or the default when there is none or it is empty; the default may hold references itself |
| \`\${VAR:?message}\` | the variable, or a failed start with the message |
| \`$$\` | a dollar |

A \`$\` before anything but \`{\` stays as it is. A start that fails for missing variables names all of them (\`ENV_UNRESOLVED\`).

## Templates of cn-infra

A template of the ligato cn-infra process manager (\`cmd\`, \`p_options\`) is converted by its documented meaning:

| cn-infra | drover |
|---|---|
| \`cmd\` | \`command\`, as it is |
| \`restart\` 0, n, -1 | mode never; always with \`maxRestarts\` n; always without limit. No delay before a restart |
| \`out_writer\`, \`err_writer\` | either of them: logs mode inherit, for both streams; none: discard |
| \`cpu_affinity_mask\`, \`cpu_affinity_list\`, \`cpu_affinity_delay\` | \`affinity\`; a mask and a list together are an error |
| \`args\`, \`detach\`, \`run_on_startup\`, \`notify\` | the same |
| \`auto_terminate\` | no effect: every child that ended is reaped |

Its working directory is that of the manager.

## Writing templates

\`manager.writeTemplate(template)\`, and \`newProcess\` with the option \`template\`, write \`<name>.json\`, or the file the template came from in that file's
encoding. Writing is atomic, the file is readable by its owner only, and what equals a default is left out. A file that holds another
template or a list is never replaced.
`;
