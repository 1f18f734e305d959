/**
 * The layers of src, lowest first. A file may import its own folder and folders of a smaller level, nothing else.
 * `peers`: the folders of the line stand alone and do not import each other.
 */
const layers = [
  { level: 0, name: "errors", folders: ["errors\\.ts$"], why: "Errors are the ground: they import nothing of src." },
  { level: 1, name: "gen", folders: ["gen/"], why: "Generated types know nothing of the code that reads them." },
  { level: 1, name: "units", folders: ["units/"], why: "Text to value and back needs no system and no schema." },
  { level: 1, name: "os", folders: ["os/(?!node/)"], why: "The port does not know who uses or implements it." },
  { level: 2, name: "os-node", folders: ["os/node/"], why: "The adapter implements the port, nothing above it." },
  {
    level: 2,
    name: "concerns",
    folders: ["restart/", "health/", "watch/", "logs/", "reload/", "limits/", "schedule/"],
    peers: true,
    why: "Each concern stands on the port alone, so that one is read, tested and dropped without the others.",
  },
  { level: 3, name: "template", folders: ["template/"], why: "A template describes a process; it never runs one." },
  { level: 4, name: "process", folders: ["process/"], why: "A handle knows one process, not who supervises it." },
  { level: 5, name: "supervise", folders: ["supervise/"], why: "A behaviour sees one process, not the registry." },
  { level: 6, name: "manager", folders: ["manager/"], why: "The manager needs no foreign format, server or screen." },
  { level: 7, name: "formats", folders: ["formats/"], why: "Other systems' files become templates, whoever asks." },
  { level: 8, name: "api", folders: ["api/"], why: "The API serves the manager; screens are its clients." },
  {
    level: 9,
    name: "screens",
    folders: ["monitor/", "proxy/"],
    peers: true,
    why: "Clients that nothing below imports.",
  },
  { level: 10, name: "roots", folders: ["cli/", "(?!errors)[^/]+\\.ts$"], why: "Roots use all but what is for tests." },
  { level: 2, name: "testing", folders: ["testing/"], why: "A fake Os needs the port and nothing that uses it." },
];

const isBelow = (level) => (other) => other.level < level && other.name !== "testing";

// dependency-cruiser replaces $1 by what the first group of `from.path` matched.
const layerRules = layers.map(({ level, name, folders, peers, why }) => ({
  name: `layer-${name}`,
  comment: why,
  severity: "error",
  from: { path: `^src/(${folders.join("|")})` },
  to: {
    path: "^src/",
    pathNot: `^src/(${[peers ? "$1" : folders, layers.filter(isBelow(level)).map((l) => l.folders)].flat(2).join("|")})`,
  },
}));

const packageNamed = (...names) => `(^|node_modules/)(${names.join("|")})(/|$)`;

const namedRules = [
  {
    name: "no-circular",
    comment: "Two files that need each other are one file, or hide a third.",
    severity: "error",
    from: { path: "^src/" },
    to: { circular: true },
  },
  {
    name: "no-inner-index",
    comment: "Only package entries are index files: a barrel inside hides who needs what.",
    severity: "error",
    from: {},
    to: { path: "^src/(?!(api|cli|formats|monitor|proxy|testing)/index\\.ts$).+/index\\.[a-z]+$" },
  },
  {
    name: "no-inner-import-of-entry",
    comment: "Inside a folder the file is imported, not the package entry that lists it.",
    severity: "error",
    from: { path: "^src/(api|cli|formats|monitor|proxy|testing)/" },
    to: { path: "^src/$1/index\\.ts$" },
  },
  {
    name: "ports-not-adapters",
    comment: "Everything takes an Os; only a composition root (cli, files directly in src) knows the Node adapter.",
    severity: "error",
    from: { path: "^src/", pathNot: "^src/(cli/|os/node/|(?!errors)[^/]+\\.ts$)" },
    to: { path: "^src/os/node/" },
  },
  {
    name: "only-os-node-spawns",
    comment: "One folder starts, lists and samples processes, so that identity is checked in one place.",
    severity: "error",
    from: { path: "^src/", pathNot: "^src/os/node/" },
    to: { path: `^(node:)?child_process$|${packageNamed("ps-list", "pidusage")}` },
  },
  {
    name: "gen-only-from-template",
    comment: "The wire shape stops at template/, and that of requests at api/: everything else sees ProcessTemplate.",
    severity: "error",
    from: { path: "^src/", pathNot: "^src/(template|gen|api)/" },
    to: { path: `^src/gen/|${packageNamed("protobufjs")}` },
  },
  {
    name: "chokidar-only-in-reload",
    comment: "Its early `ready` and missing globs are worked around in one place.",
    severity: "error",
    from: { path: "^src/", pathNot: "^src/reload/" },
    to: { path: packageNamed("chokidar") },
  },
  {
    name: "monitor-not-manager",
    comment: "A screen is a client of the API: so it works on a remote daemon, too.",
    severity: "error",
    from: { path: "^src/monitor/" },
    to: { path: "^src/(manager|supervise|process|template|os)/" },
  },
  {
    name: "nothing-imports-the-cli",
    comment: "The command line is an end, not a library.",
    severity: "error",
    from: { path: "^src/", pathNot: "^src/cli/" },
    to: { path: "^src/cli/" },
  },
  {
    name: "nothing-imports-testing",
    comment: "Fakes are for those who test, not for what runs.",
    severity: "error",
    from: { path: "^src/", pathNot: "^src/testing/" },
    to: { path: "^src/testing/" },
  },
  {
    name: "not-to-dev-dep",
    comment: "What is published must not import what is not installed with it.",
    severity: "error",
    from: { path: "^src/" },
    to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only"] },
  },
  {
    name: "not-to-unresolvable",
    comment: "An import that resolves to nothing fails at the user, not here.",
    severity: "error",
    from: { path: "^src/" },
    to: { couldNotResolve: true },
  },
  {
    name: "not-to-test",
    comment: "src never needs test, bench, examples or scripts.",
    severity: "error",
    from: { path: "^src/" },
    to: { path: "^(test|bench|examples|scripts|dist)/" },
  },
  {
    name: "no-orphans",
    comment: "A file nothing imports and that imports nothing is forgotten.",
    severity: "error",
    from: { orphan: true, path: "^src/", pathNot: "^src/gen/|\\.d\\.ts$|^src/(index|[a-z]+/index|cli/main)\\.ts$" },
    to: {},
  },
];

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [...layerRules, ...namedRules],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
