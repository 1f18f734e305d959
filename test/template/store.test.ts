import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ProcessError } from "../../src/errors.js";
import { templateFromOptions } from "../../src/template/from-options.js";
import { TemplateStore, validateFile } from "../../src/template/store.js";

let root: string;
let directory: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "drover-test-"));
  directory = join(root, "templates");
  mkdirSync(directory);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (name: string, content: string | Uint8Array): void => writeFileSync(join(directory, name), content);
const template = (name: string, options = {}) => templateFromOptions(name, "node", options, { cwd: directory });

const load = async (store = new TemplateStore(directory)) => {
  const { templates, errors } = await store.load();
  return {
    names: templates.map((loaded) => loaded.template.name),
    errors: errors.map((error) => String(error).replaceAll(`${directory}/`, "").replaceAll(directory, "DIR")),
  };
};

const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof ProcessError
      ? `${error.code}: ${error.message.replaceAll(`${directory}/`, "")}`
      : String(error);
  }
};

describe("load", () => {
  test("reads every encoding, in the order of the file names", async () => {
    put("d.json", '{"name": "one", "command": "x"}');
    put("c.yaml", "name: two\ncommand: x");
    put("b.yml", "templates:\n- {name: three, command: x}\n- {name: four, command: x}");
    put("a.textproto", 'name: "five" command: "x"');
    put("e.binpb", new Uint8Array([0x0a, 3, 0x73, 0x69, 0x78, 0x3a, 1, 0x78]));
    put("F.JSON", '{"name": "seven", "command": "x"}');
    expect(await load()).toEqual({ names: ["seven", "five", "three", "four", "two", "one", "six"], errors: [] });
  });

  test("takes a bad file, or a bad entry of a list, out and keeps the others", async () => {
    put("a.json", '{"name": "a", "command": "x",}');
    put("b.json", '{"name": "b", "command": "x"}');
    put("c.yaml", "templates:\n- name: c\n  comand: x\n- name: d\n  command: x\n");
    expect(await load()).toEqual({
      names: ["b", "d"],
      errors: [
        "a.json:1:29: there is a comma before }; remove it",
        'c.yaml:3:3: templates[0].comand: unknown field; did you mean "command"?',
        "c.yaml:2:3: templates[0]: has none of command, script; expected exactly one of them",
      ],
    });
  });

  test("gives errors whose parts can be read one by one", async () => {
    put("a.yaml", "name: a\ncommand: x\nrestart: {mode: on-failur}");
    const { errors } = await new TemplateStore(directory).load();
    expect(errors).toHaveLength(1);
    expect({ ...errors[0] }).toEqual({
      file: join(directory, "a.yaml"),
      path: "restart.mode",
      line: 3,
      column: 17,
      message: 'unknown value "on-failur"',
      expected: "one of never, on-failure, always",
      fix: 'did you mean "on-failure"?',
    });
  });

  test("keeps the first of two templates with one name", async () => {
    put("a.json", '{"name": "web", "command": "first"}');
    put("b.yaml", "templates:\n- name: web\n  command: second\n- name: web\n  command: third");
    const store = new TemplateStore(directory);
    expect(await load(store)).toEqual({
      names: ["web"],
      errors: [
        'b.yaml:2:9: templates[0].name: the name "web" is already used in a.json; rename one of the two',
        'b.yaml:4:9: templates[1].name: the name "web" is already used in a.json; rename one of the two',
      ],
    });
    expect(store.get("web")?.program).toMatchObject({ command: "first" });
  });

  test("refuses a name that could leave a directory", async () => {
    put("a.json", '{"name": "../x", "command": "x"}');
    expect(await load()).toEqual({
      names: [],
      errors: [
        'a.json:1:10: name: "../x" is not valid; expected 1 to 128 letters, digits and . _ @ - that do not start with . or -',
      ],
    });
  });

  test("follows a link inside the directory, and none that leaves it", async () => {
    mkdirSync(join(directory, "more"));
    put("more/real.json", '{"name": "linked", "command": "x"}');
    writeFileSync(join(root, "outside.json"), '{"name": "outside", "command": "x"}');
    symlinkSync("more/real.json", join(directory, "a.json"));
    symlinkSync("../outside.json", join(directory, "b.json"));
    symlinkSync("nowhere.json", join(directory, "c.json"));
    symlinkSync("d.json", join(directory, "d.json"));
    const { names, errors } = await load();
    expect(names).toEqual(["linked"]);
    expect(errors).toEqual([
      `b.json: is a link that leaves the template directory; expected a file inside it; copy ${join(root, "outside.json")} here`,
      "c.json: cannot be read: there is no such file, or the link leads nowhere",
      "d.json: cannot be read: the link leads back to itself",
    ]);
  });

  test("a link to a directory beside whose name begins alike leaves it, too", async () => {
    mkdirSync(`${directory}-evil`);
    writeFileSync(join(`${directory}-evil`, "x.json"), '{"name": "evil", "command": "x"}');
    symlinkSync(join(`${directory}-evil`, "x.json"), join(directory, "a.json"));
    expect((await load()).errors[0]).toContain("is a link that leaves the template directory");
  });

  test("refuses what is no file without waiting for it", async () => {
    mkdirSync(join(directory, "a.json"));
    execFileSync("mkfifo", [join(directory, "b.json")]);
    expect(await load()).toEqual({
      names: [],
      errors: ["a.json: is a directory; expected a file", "b.json: is not a regular file; expected a file"],
    });
  });

  test("refuses a large file before reading it", async () => {
    put("a.json", " ".repeat(5 * 1024 * 1024));
    put("b.json", '{"name": "b", "command": "x"}');
    const read: string[] = [];
    const store = new TemplateStore(directory, {
      read: async (path) => {
        read.push(path);
        return readFileSync(path);
      },
    });
    expect(await load(store)).toEqual({
      names: ["b"],
      errors: ["a.json: is 5242880 bytes large; expected at most 1048576; a template file is never that large"],
    });
    expect(read).toEqual([join(directory, "b.json")]);
  });

  test("reports a file that cannot be read", async () => {
    put("a.json", "{}");
    const store = new TemplateStore(directory, {
      read: () => Promise.reject(Object.assign(new Error("EACCES: permission denied, open"), { code: "EACCES" })),
    });
    expect((await load(store)).errors).toEqual(["a.json: cannot be read: permission denied"]);
  });

  test("reports an empty file and skips a byte order mark", async () => {
    put("a.json", "");
    put("b.json", '\uFEFF{"name": "b", "command": "x"}');
    expect(await load()).toEqual({ names: ["b"], errors: ["a.json: the file is empty; expected a template"] });
  });

  test("ignores files of other kinds, hidden ones and directories, but not what was surely meant as a template", async () => {
    for (const name of ["README.md", "x.py", "x.txt", "x.proto", "noextension", ".hidden.json", ".x.json.tmp"])
      put(name, "!");
    mkdirSync(join(directory, "demo"));
    put("demo/x.json", "!");
    put("x.toml", "!");
    put("y.jsonc", "!");
    const expected =
      "expected one of .json, .yaml, .yml, .textproto, .binpb; convert it, or rename it if it is one of these";
    expect(await load()).toEqual({
      names: [],
      errors: [
        `x.toml: x.toml is not a kind of file drover reads; ${expected}`,
        `y.jsonc: y.jsonc is not a kind of file drover reads; ${expected}`,
      ],
    });
  });

  test("a missing directory is empty; a path that is no directory is an error", async () => {
    rmSync(directory, { recursive: true });
    expect(await load()).toEqual({ names: [], errors: [] });
    writeFileSync(directory, "");
    expect((await load()).errors).toEqual([expect.stringMatching(/^DIR: cannot be listed: ENOTDIR/)]);
  });

  test("gives cn-infra templates the manager's working directory, others that of their file", async () => {
    put("a.json", '{"name": "old", "cmd": "./x", "p_options": {}}');
    put("b.json", '{"name": "new", "command": "./x"}');
    const store = new TemplateStore(directory, { cwd: "/manager" });
    await store.load();
    expect([store.get("old")?.cwd, store.get("new")?.cwd]).toEqual(["/manager", directory]);
  });

  test("reads everything anew each time", async () => {
    const store = new TemplateStore(directory);
    put("a.json", '{"name": "a", "command": "x"}');
    await store.load();
    rmSync(join(directory, "a.json"));
    put("b.json", '{"name": "b", "command": "x"}');
    await store.load();
    expect([store.get("a"), store.all().map(({ name }) => name)]).toEqual([undefined, ["b"]]);
  });
});

describe("write", () => {
  test("makes a file that only its owner can read, and that is loaded as it was written", async () => {
    const store = new TemplateStore(directory);
    const written = template("web", {
      args: ["a b"],
      env: { A: "${B:-c}" },
      restart: { mode: "ALWAYS" },
      detach: true,
    });
    expect(store.writeSync(written)).toBe(join(directory, "web.json"));
    expect(statSync(join(directory, "web.json")).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(["web.json"]);
    expect(store.get("web")).toBe(written);
    const { templates } = await new TemplateStore(directory).load();
    expect(templates.map((loaded) => loaded.template)).toEqual([written]);
  });

  test("creates the directory", async () => {
    const nested = join(root, "a", "b");
    expect(await new TemplateStore(nested).write(template("web"))).toBe(join(nested, "web.json"));
    expect(readdirSync(nested)).toEqual(["web.json"]);
  });

  test.each([
    ["x.yaml", "name: web\ncommand: old\n", "name: web\ncommand: node\nnotify: true\n"],
    ["x.textproto", 'name: "web" command: "old"', 'name: "web"\ncommand: "node"\nnotify: true\n'],
    ["x.json", '{"name": "web", "command": "old"}', '{\n  "name": "web",\n  "command": "node",\n  "notify": true\n}\n'],
  ])("goes to the file the template came from, in its encoding: %s", async (name, before, after) => {
    put(name, before);
    const store = new TemplateStore(directory);
    await store.load();
    expect(store.writeSync(template("web", { notify: true }))).toBe(join(directory, name));
    expect(readFileSync(join(directory, name), "utf8")).toBe(after);
    expect(readdirSync(directory)).toEqual([name]);
  });

  test("finds the file of a template that was not loaded by its name", () => {
    put("web.yaml", "name: web\ncommand: old\n");
    expect(new TemplateStore(directory).writeSync(template("web"))).toBe(join(directory, "web.yaml"));
  });

  test("replaces what a link inside the directory leads to, and keeps the link", async () => {
    mkdirSync(join(directory, "more"));
    put("more/real.json", '{"name": "web", "command": "old"}');
    symlinkSync("more/real.json", join(directory, "web.json"));
    await new TemplateStore(directory).write(template("web"));
    expect(readFileSync(join(directory, "more/real.json"), "utf8")).toContain('"command": "node"');
    expect((await load()).names).toEqual(["web"]);
  });

  test.each([
    [
      "a template of another name",
      () => put("web.json", '{"name": "other", "command": "x"}'),
      'it holds the template "other"',
    ],
    [
      "a list",
      () => put("web.json", '{"templates": [{"name": "web", "command": "x"}]}'),
      "it holds a list of templates",
    ],
    ["no valid template", () => put("web.json", "{"), "it holds no valid template"],
    [
      "a link that leads nowhere",
      () => symlinkSync("nowhere", join(directory, "web.json")),
      "it is a link that leads nowhere",
    ],
    ["a directory", () => mkdirSync(join(directory, "web.json")), "it is not a file"],
    [
      "a link that leaves the directory",
      () => {
        writeFileSync(join(root, "web.json"), '{"name": "web", "command": "x"}');
        symlinkSync("../web.json", join(directory, "web.json"));
      },
      "it is a link that leaves the directory",
    ],
  ])("does not replace %s", (_, prepare, reason) => {
    prepare();
    expect(codeOf(() => new TemplateStore(directory).writeSync(template("web")))).toBe(
      `ILLEGAL_STATE: the template "web" cannot be written to web.json: ${reason}; edit or move that file first`,
    );
    expect(readdirSync(directory)).toEqual(["web.json"]);
  });

  test("does not replace a list the template was loaded from", async () => {
    put("all.yaml", "templates:\n- {name: web, command: x}\n");
    const store = new TemplateStore(directory);
    await store.load();
    expect(codeOf(() => store.writeSync(template("web")))).toContain("cannot be written to all.yaml: it holds a list");
  });

  test("refuses a template object that no file could hold", () => {
    const store = new TemplateStore(directory);
    expect(codeOf(() => store.writeSync({ ...template("web"), name: "../evil" }))).toBe(
      'INVALID_TEMPLATE: the template "../evil" is not valid:\n  name: "../evil" is not valid; expected 1 to 128 letters, digits and . _ @ - that do not start with . or -',
    );
    expect(readdirSync(root)).toEqual(["templates"]);
  });

  test("leaves nothing behind when it fails", () => {
    writeFileSync(join(root, "file"), "");
    const store = new TemplateStore(join(root, "file", "below"));
    expect(codeOf(() => store.writeSync(template("web")))).toMatch(
      /^INTERNAL: the template cannot be written to .*: ENOTDIR/,
    );
    expect(readdirSync(root)).toEqual(["file", "templates"]);
  });

  test("rejects rather than throws when it is awaited", async () => {
    const write = new TemplateStore(directory).write({ ...template("web"), name: "" });
    await expect(write).rejects.toMatchObject({ code: "INVALID_TEMPLATE" });
  });
});

describe("validateFile", () => {
  test("reads one file wherever it is", async () => {
    put("a.yaml", "templates:\n- {name: a, command: x}\n- {name: b}");
    const { templates, errors } = await validateFile(join(directory, "a.yaml"));
    expect(templates.map((loaded) => loaded.template.name)).toEqual(["a"]);
    expect(errors.map(String)).toEqual([
      `${join(directory, "a.yaml")}:3:3: templates[1]: has none of command, script; expected exactly one of them`,
    ]);
  });

  test.each([
    ["missing.json", "cannot be read: there is no such file, or the link leads nowhere"],
    ["x.txt", "x.txt is not a kind of file drover reads; expected one of .json, .yaml, .yml, .textproto, .binpb"],
  ])("answers %s with an error", async (name, message) => {
    const { templates, errors } = await validateFile(join(directory, name));
    expect([templates, errors.map(String)]).toEqual([[], [`${join(directory, name)}: ${message}`]]);
  });
});
