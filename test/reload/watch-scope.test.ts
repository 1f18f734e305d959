import { describe, expect, test } from "vitest";
import { createScope, flatScope, type ScopeRequest } from "../../src/reload/watch-scope.js";

function scope(request: Partial<ScopeRequest>) {
  return createScope({ paths: ["."], ignore: [], cwd: "/app", ownFiles: [], ...request });
}

interface Case {
  readonly paths?: readonly string[];
  readonly ignore?: readonly string[];
  readonly cwd?: string;
  readonly ownFiles?: readonly string[];
  readonly wants?: readonly string[];
  readonly leaves?: readonly string[];
}

const cases: Record<string, Case> = {
  "a directory means all files below it": {
    paths: ["src"],
    wants: ["/app/src/a", "/app/src/b/c/d"],
    leaves: ["/app/a"],
  },
  "a slash at the end and a dot in front change nothing": { paths: ["./src/"], wants: ["/app/src/a"] },
  "the dot is the working directory": { paths: ["."], wants: ["/app/a", "/app/.env"], leaves: ["/apple", "/a"] },
  "no paths at all means the working directory": { paths: [], wants: ["/app/a/b"], leaves: ["/b"] },
  "a file means itself alone": { paths: ["a.js"], wants: ["/app/a.js"], leaves: ["/app/a.jsx", "/app/b.js"] },
  "an absolute path is taken as it is": { paths: ["/etc/app.conf"], wants: ["/etc/app.conf"], leaves: ["/etc/b"] },
  "the file system's root can be watched": { paths: ["/"], wants: ["/a", "/b/c"] },
  "a path may lead out of the working directory": {
    paths: ["../lib/*.ts"],
    wants: ["/lib/a.ts"],
    leaves: ["/app/a.ts"],
  },
  "two stars cross directories, none included": {
    paths: ["src/**/*.ts"],
    wants: ["/app/src/a.ts", "/app/src/b/c.ts", "/app/src/.b/c.ts"],
    leaves: ["/app/src/a.js", "/app/a.ts", "/app/src/a.ts.bak"],
  },
  "a star stays in its directory": {
    paths: ["*.{js,json}"],
    wants: ["/app/a.js", "/app/a.json"],
    leaves: ["/app/a.ts", "/app/b/a.js"],
  },
  "alternatives may hold slashes": {
    paths: ["{a/b,c}/*.ts"],
    wants: ["/app/a/b/x.ts", "/app/c/x.ts"],
    leaves: ["/app/a/x.ts"],
  },
  "an absolute glob needs no working directory": {
    paths: ["/srv/**/*.py"],
    wants: ["/srv/a/b.py"],
    leaves: ["/app/b.py"],
  },
  "a glob does not match beyond its end": { paths: ["src/*"], wants: ["/app/src/a"], leaves: ["/app/src/a/b"] },
  "glob characters of the working directory mean nothing": {
    cwd: "/app [1]/(x)",
    paths: ["*.ts"],
    wants: ["/app [1]/(x)/a.ts"],
    leaves: ["/app 1/x/a.ts"],
  },
  "brackets also stand for themselves": {
    paths: ["app/[id]/page.tsx", "a(1).txt"],
    wants: ["/app/app/[id]/page.tsx", "/app/app/i/page.tsx", "/app/a(1).txt"],
  },
  "escaped characters stand for themselves": { paths: ["\\*.ts"], wants: ["/app/*.ts"], leaves: ["/app/a.ts"] },
  "an exclamation mark takes away": {
    paths: ["src", "!src/gen", "!**/*.test.ts"],
    wants: ["/app/src/a.ts", "/app/src/b/gen/c.ts"],
    leaves: ["/app/src/gen/a.ts", "/app/src/b/a.test.ts"],
  },
  "a bare name taken away is a path, not a name anywhere": {
    paths: ["!dist"],
    wants: ["/app/a", "/app/packages/dist/a"],
    leaves: ["/app/dist/a"],
  },
  "an extended glob may begin with an exclamation mark": {
    paths: ["!(a|b).ts"],
    wants: ["/app/c.ts"],
    leaves: ["/app/a.ts"],
  },
  "an ignored name counts anywhere": {
    ignore: ["dist", "*.log"],
    wants: ["/app/a", "/app/distance"],
    leaves: ["/app/dist", "/app/dist/a", "/app/b/dist/c/d", "/app/b/c.log"],
  },
  "an ignored name above the working directory does not count": {
    cwd: "/build/app",
    ignore: ["build"],
    wants: ["/build/app/a"],
  },
  "an ignored path with all below it": {
    ignore: ["src/gen", "./tmp/", "/app/var"],
    wants: ["/app/gen", "/app/src/tmp/x"],
    leaves: ["/app/src/gen/a/b", "/app/tmp/x", "/app/var/x"],
  },
  "an ignored glob": {
    ignore: ["src/**/*.gen.ts", "**/fixtures/**"],
    wants: ["/app/src/a.ts"],
    leaves: ["/app/src/a/b.gen.ts", "/app/t/fixtures/x", "/app/fixtures/x"],
  },
  "a slash at the end of an ignored name changes nothing": { ignore: ["dist/"], leaves: ["/app/a/dist/b"] },
  "an exclamation mark in ignore takes back": {
    ignore: ["*.log", "!keep.log"],
    wants: ["/app/keep.log", "/app/a/keep.log"],
    leaves: ["/app/a.log"],
  },
  "nothing is taken back below an ignored directory": { ignore: ["dist", "!keep.log"], leaves: ["/app/dist/keep.log"] },
  "ignore also counts below paths outside of the working directory": {
    paths: ["/srv/lib"],
    ignore: ["dist"],
    wants: ["/srv/lib/a"],
    leaves: ["/srv/lib/dist/a"],
  },
  "a watched path can be ignored itself": {
    paths: ["dist", "/srv/a"],
    ignore: ["dist", "a"],
    leaves: ["/app/dist/a", "/srv/a"],
  },
  "packages, version control, records and compiled modules are left out": {
    wants: ["/app/node_modules2", "/app/.gitignore", "/app/.github/a"],
    leaves: [
      "/app/node_modules/a/b.js",
      "/app/.git/HEAD",
      "/app/x/.git",
      "/app/.drover/processes/a.json",
      "/app/x/__pycache__/a.pyc",
    ],
  },
  "a path within node_modules is watched when it is named": {
    paths: ["node_modules/mine"],
    wants: ["/app/node_modules/mine/a.js"],
    leaves: ["/app/node_modules/mine/node_modules/a.js", "/app/node_modules/other/a.js"],
  },
  "editors' temporary files are left out": {
    wants: ["/app/a.ts", "/app/4913.ts", "/app/swp", "/app/a.tmp"],
    leaves: [
      "/app/.a.ts.swp",
      "/app/a.ts.swo",
      "/app/.a.swx",
      "/app/a.ts~",
      "/app/.#a.ts",
      "/app/#a.ts#",
      "/app/4913",
      "/app/a.ts___jb_tmp___",
      "/app/.goutputstream-X1",
    ],
  },
  "a file named like a temporary one is watched when it is named": { paths: ["a~"], wants: ["/app/a~"] },
  "the process' own files are left out, rotated and below them, too": {
    ownFiles: ["/app/web.log", "run/web.pid", "/app/state"],
    wants: ["/app/web.logs", "/app/web", "/app/run/web.pid2"],
    leaves: ["/app/web.log", "/app/web.log.1", "/app/web.log.2.gz", "/app/run/web.pid", "/app/state/processes/a.json"],
  },
  "an own file is left out even when it is named": {
    paths: ["web.log"],
    ownFiles: ["/app/web.log"],
    leaves: ["/app/web.log"],
  },
};

describe("a scope", () => {
  test.each(Object.entries(cases))("%s", (_title, { wants = [], leaves = [], ...request }) => {
    const { wantsFile } = scope(request);
    expect(wants.filter((path) => !wantsFile(path))).toEqual([]);
    expect(leaves.filter(wantsFile)).toEqual([]);
  });

  test("covers no directory that is left out, so that none is gone into", () => {
    const { coversDirectory } = scope({ ignore: ["dist"], ownFiles: ["/app/state"] });
    const directories = [
      "/app",
      "/app/a/b",
      "/app/node_modules",
      "/app/a/node_modules/b",
      "/app/dist",
      "/app/state",
      "/",
    ];
    expect(directories.filter(coversDirectory)).toEqual(["/app", "/app/a/b"]);
  });

  test("covers no directory deeper than its glob can match", () => {
    const { coversDirectory } = scope({ paths: ["*.ts", "a/*/c.ts"] });
    const directories = ["/app", "/app/b", "/app/a", "/app/a/x", "/app/a/x/y"];
    expect(directories.filter(coversDirectory)).toEqual(["/app", "/app/a", "/app/a/x"]);
  });

  test("knows the directories on the way to what it watches", () => {
    const { leadsToBase } = scope({ paths: ["a/b/*.ts"] });
    expect(["/", "/app", "/app/a", "/app/a/b", "/app/a/b/c", "/app/c"].filter(leadsToBase)).toEqual([
      "/",
      "/app",
      "/app/a",
      "/app/a/b",
    ]);
  });
});

test("a flat scope holds the files directly in its directory", () => {
  const { wantsFile, coversDirectory } = flatScope("/t [x]");
  expect(["/t [x]/a.json", "/t [x]/.b.yaml", "/t [x]/a/b.json", "/t [x]/a.json~", "/t [x]"].filter(wantsFile)).toEqual([
    "/t [x]/a.json",
    "/t [x]/.b.yaml",
  ]);
  expect(["/t [x]", "/t [x]/a"].filter(coversDirectory)).toEqual(["/t [x]"]);
});
