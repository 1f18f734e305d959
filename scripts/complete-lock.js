import { readFileSync, writeFileSync } from "node:fs";

// `npm ci` wants an entry for the binary package of every platform, also of those it does not install. npm leaves out of
// package-lock.json what the registry in use does not carry, and then rejects its own file: this adds the entries.
const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {}, dev }]) =>
  Object.entries(optionalDependencies)
    .filter(([name]) => !isLocked(path, name))
    .map(([name, version]) => [name, { version, dev, optional: true, ...platformOf(name) }]),
);

if (process.argv.includes("--check")) {
  for (const [name] of missing) console.error(`package-lock.json has no entry for ${name}: run npm run lock`);
  process.exit(missing.length === 0 ? 0 : 1);
}
for (const [name, entry] of missing) lock.packages[`node_modules/${name}`] = entry;
const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en"));
writeFileSync(
  "package-lock.json",
  `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, undefined, 2)}\n`,
);
console.log(`${missing.length} entries added to package-lock.json`);

function isLocked(path, name) {
  for (let dir = path; ; dir = dir.slice(0, Math.max(0, dir.lastIndexOf("/node_modules/")))) {
    if (lock.packages[`${dir === "" ? "" : `${dir}/`}node_modules/${name}`] !== undefined) return true;
    if (dir === "") return false;
  }
}

/** What the names of such packages say, as in `@oxc-parser/binding-linux-arm-musleabihf`. */
function platformOf(name) {
  const os = /darwin|linux|win32|freebsd|android|openharmony|aix|sunos|netbsd|openbsd/.exec(name)?.[0];
  const cpu = /(?<=-)(arm64|arm|x64|ia32|ppc64|riscv64|s390x|loong64|mips64el|wasm32)/.exec(name)?.[0];
  const libc = /musl/.test(name) ? "musl" : /gnu/.test(name) ? "glibc" : undefined;
  return { ...(cpu && { cpu: [cpu] }), ...(libc && os === "linux" && { libc: [libc] }), ...(os && { os: [os] }) };
}
