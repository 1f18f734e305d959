import { describe, expect, test } from "vitest";
import { decode } from "../../src/template/decode.js";
import type { Encoding } from "../../src/template/encoding.js";
import { readJsonDocument } from "../../src/template/json-document.js";
import { TemplateError } from "../../src/template/template-error.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const read = (content: string | Uint8Array, encoding: Encoding) => {
  const decoded = decode(typeof content === "string" ? bytes(content) : content, encoding, {
    cwd: "/dir",
    hostCwd: "/host",
  });
  return {
    names: decoded.templates.map(({ template }) => template.name),
    errors: decoded.problems.map((problem) => String(new TemplateError("f", problem))),
    templates: decoded.templates.map(({ template }) => template),
    isList: decoded.isList,
  };
};

const errors = (content: string | Uint8Array, encoding: Encoding) => read(content, encoding).errors;

describe("problems in JSON have line and column", () => {
  test("of the value that is wrong", () => {
    const text = '{\n  "name": "web",\n  "command": "node",\n  "restart": {\n    "mode": "sometimes"\n  }\n}\n';
    expect(errors(text, "json")).toEqual([
      'f:5:13: restart.mode: unknown value "sometimes"; expected one of never, on-failure, always',
    ]);
  });

  test("of the key that is wrong", () => {
    expect(errors('{"name": "a", "comand": "b", "command": "c"}', "json")).toEqual([
      'f:1:15: comand: unknown field; did you mean "command"?',
    ]);
  });

  test("of the object something is missing from", () => {
    expect(errors('{\n  "command": "a",\n  "schedule":\n    {}\n}', "json")).toEqual([
      "f:1:1: name: is missing; expected 1 to 128 letters, digits and . _ @ - that do not start with . or -",
      "f:4:5: schedule.cron: is missing; expected a value",
    ]);
  });

  test("of the right one of two spellings", () => {
    expect(errors('{"name":"a","command":"b",\n"runOnStartup":true,\n"run_on_startup":true}', "json")).toEqual([
      "f:3:1: run_on_startup: is the same field as runOnStartup; keep one of the two spellings",
    ]);
  });

  test("of relations between fields, whatever their spelling", () => {
    const text = '{"name":"a","command":"b",\n"depends_on":[\n{"name":"a"}]}';
    expect(errors(text, "json")).toEqual([
      "f:3:9: dependsOn[0].name: a process cannot depend on itself; expected another name",
    ]);
  });

  test("in a list, where the good entries are kept", () => {
    const {
      names,
      errors: found,
      isList,
    } = read(
      '{"templates": [\n {"name":"a","command":"x"},\n {"name":"b","command":"x","args":["y", 5]},\n {"name":"c","command":"x"}\n]}',
      "json",
    );
    expect({ names, isList }).toEqual({ names: ["a", "c"], isList: true });
    expect(found).toEqual(['f:3:41: templates[1].args[1]: is the number 5; expected a text; quote it: "5"']);
  });
});

describe("JSON is strict", () => {
  test.each([
    ['{"a": 1,}', "f:1:8: there is a comma before }; remove it"],
    ["{\n'a': 1}", `f:2:1: unexpected "'"; expected a key in double quotes`],
    [
      '// note\n{"a": 1}',
      'f:1:1: unexpected "/"; expected a value: a text in double quotes, a number, true, false, null, { or [; JSON has no comments; use a .yaml file',
    ],
    [
      '{"a": tru}',
      'f:1:7: unexpected "tru"; expected a value: a text in double quotes, a number, true, false, null, { or [',
    ],
    [
      '{"a": 01}',
      'f:1:7: unexpected "01"; expected a value: a text in double quotes, a number, true, false, null, { or [',
    ],
    ['{"a": 1', "f:1:8: the file ends too early; expected a comma or }"],
    ['{"a" 1}', 'f:1:6: unexpected "1"; expected a colon after "a"'],
    ['{"a": 1} x', 'f:1:10: unexpected "x"; expected the end of the file after one value'],
    ['{"a": "b', 'f:1:7: the text has no closing quote; expected a "'],
    ['{"a": "\t"}', 'f:1:8: unexpected "\\t"; expected an escape such as \\t or \\u0000'],
    ['{"a": "\\x"}', 'f:1:8: unknown escape \\x; expected \\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u and four digits'],
    ['{"a": 1,\n "a": 2}', 'f:2:2: the key "a" is given twice; expected each key once'],
  ])("%j", (text, error) => {
    expect(errors(text, "json")).toEqual([error]);
  });

  test("and reads every kind of value like JSON.parse", () => {
    const text = '{"templates":[{"name":"\\u0061\\n\\"\\\\\\/\\ud83d\\ude00","x":[-1.5e3,true,null,{}]}]}';
    const document = readJsonDocument(text);
    expect("value" in document && document.value).toEqual(JSON.parse(text));
  });
});

describe("problems in YAML have line and column", () => {
  test("of values, keys and what they are missing from", () => {
    const text =
      "name: web\ncomand: node\nrestart:\n  mode: sometimes\n  backoff:\n    initial: 5\nenv:\n  PORT: 3000\n";
    expect(errors(text, "yaml")).toEqual([
      'f:2:1: comand: unknown field; did you mean "command"?',
      "f:1:1: has none of command, script; expected exactly one of them",
      'f:4:9: restart.mode: unknown value "sometimes"; expected one of never, on-failure, always',
      'f:6:14: restart.backoff.initial: is the number 5; expected a duration with its unit, such as "500ms", "1.5s" or "1m30s"; add the unit: "5s" or "5ms"',
      'f:8:9: env.PORT: is the number 3000; expected a text; quote it: "3000"',
    ]);
  });

  test.each([
    ["yaml", "name: a\ncommand: x\nenv:\n  V: 1.10\n  W: &w 0o17\n  X: *w\nargs: [yes, 12345678901234567890, TRUE]\n"],
    ["json", '{"name":"a","command":"x","env":{"V":1.10},"args":[1e3, true]}'],
  ] as const)("a number is to be quoted as it is written, in %s", (encoding, text) => {
    const fixes = errors(text, encoding).map((error) => /quote it: (.*)$/.exec(error)?.[1]);
    expect(fixes).toEqual(
      encoding === "json"
        ? ['"1.10"', '"1e3"', '"true"']
        : ['"1.10"', '"0o17"', '"0o17"', '"12345678901234567890"', '"TRUE"'],
    );
  });

  test("through aliases", () => {
    const text =
      "templates:\n- name: a\n  command: x\n  env: &env\n    A: b\n    C: 5\n- name: b\n  command: x\n  env: *env\n";
    expect(errors(text, "yaml")).toEqual([
      'f:6:8: templates[0].env.C: is the number 5; expected a text; quote it: "5"',
      'f:6:8: templates[1].env.C: is the number 5; expected a text; quote it: "5"',
    ]);
  });

  test.each([
    ["a: 1\na: 2", 'f:2:1: the key "a" is given twice; expected each key once'],
    ["a: b\n---\nc: d", "f:2:1: has several documents; expected one; put the templates into a list under templates:"],
    ["a:\n\tb: c", "f:2:1: is indented by a tab; expected spaces"],
    ["a: !own x", "f:1:4: Unresolved tag: !own; expected valid YAML"],
    ["a: 'x", "f:1:6: Missing closing 'quote; expected valid YAML"],
    ["a: *b", "f: cannot be read as YAML: Unresolved alias (the anchor must be set before the alias): b"],
    ["a: &a { b: [*a] }", "f: has an alias inside of what it stands for"],
  ])("%j", (text, error) => {
    expect(errors(text, "yaml")).toEqual([error]);
  });

  test("a bomb of aliases is refused", () => {
    const letters = "abcdefghi";
    const lines = [...letters].map((letter, index) => {
      const items = Array(9).fill(index === 0 ? "x" : `*${letters[index - 1]}`);
      return `${letter}: &${letter} [${items.join(", ")}]`;
    });
    expect(errors(lines.join("\n"), "yaml")).toEqual([
      "f: cannot be read as YAML: Excessive alias count indicates a resource exhaustion attack",
    ]);
  });

  test("a word that older YAML takes for a truth value stays a text", () => {
    expect(read("name: no\ncommand: yes", "yaml").names).toEqual(["no"]);
    expect(errors("name: a\ncommand: b\ndetach: yes", "yaml")).toEqual([
      'f:3:9: detach: is the text "yes"; expected true or false; write true without quotes',
    ]);
  });
});

test("deep nesting is refused before it costs time or stack", () => {
  expect(errors("[".repeat(1_000_000), "json")).toEqual(["f:1:66: is nested too deeply; expected at most 64 levels"]);
  for (const text of ["- ", "[", "{a: ", "? "].map((opening) => opening.repeat(200_000))) {
    expect(errors(text, "yaml")).toEqual(["f: is nested too deeply; expected a few levels"]);
  }
  const steps = Array.from({ length: 1000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n");
  expect(errors(steps, "yaml")).toEqual(["f: is nested too deeply; expected a few levels"]);
  expect(errors("restart { backoff { ".repeat(50_000), "textproto")).toHaveLength(1);
});

test("many keys take no more than their share of time", () => {
  const keys = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join("\n");
  expect(errors(keys, "yaml")).toHaveLength(101);
});

test("a hundred problems of a template are shown, the others counted", () => {
  const found = errors(`{"name":"a","command":"b","args":[${"0,".repeat(250_000)}0]}`, "json");
  expect(found).toHaveLength(101);
  expect(found[100]).toBe("f:1:235: args[100]: and 249901 more problems from here on");
});

describe("proto text format", () => {
  test("reads one template or a list", () => {
    expect(
      read('name: "a" command: "b" stop { grace_period { seconds: 2 } }', "textproto").templates[0]?.stop.gracePeriodMs,
    ).toBe(2000);
    const list = '# two\ntemplates { name: "a" command: "b" }\ntemplates { name: "c" script: "d" }';
    expect(read(list, "textproto")).toMatchObject({ names: ["a", "c"], isList: true, errors: [] });
  });

  test("is held against the same rules as the other encodings", () => {
    expect(errors('name: "../x" command: "b" nice: 99 restart { mode: 7 }', "textproto")).toEqual([
      'f: name: "../x" is not valid; expected 1 to 128 letters, digits and . _ @ - that do not start with . or -',
      "f: restart.mode: unknown value 7; expected one of never, on-failure, always",
      "f: nice: 99 is out of range; expected -20 to 19",
    ]);
  });

  test.each([
    [
      'name: "a"\ncomand: "b"',
      "f:2:1: ProcessTemplate: unknown field 'comand'; expected a message of type ProcessTemplate",
    ],
    ['name: "a"\ncommand: 5', "f:2:1: expected string; expected a message of type ProcessTemplate"],
    ['name: "a"\nrestart {', "f:2:1: expected '}'; expected a message of type ProcessTemplate"],
  ])("%j", (text, error) => {
    expect(errors(text, "textproto")).toEqual([error]);
  });
});

describe("binary", () => {
  test("refuses what is no message, and fields the schema does not have", () => {
    expect(errors(new Uint8Array([0xff, 0xff, 0xff]), "binpb")).toHaveLength(1);
    const withUnknown = new Uint8Array([0x0a, 1, 0x61, 0x3a, 1, 0x62, 0xc2, 0x3e, 1, 0x63]);
    expect(errors(withUnknown, "binpb")).toEqual([
      "f: has a field that is not in the schema; write the file with this version of drover's schema",
    ]);
  });

  test("is held against the same rules as the other encodings", () => {
    expect(errors(new Uint8Array([0x0a, 2, 0x2e, 0x61, 0x3a, 1, 0x62]), "binpb")).toEqual([
      'f: name: ".a" is not valid; expected 1 to 128 letters, digits and . _ @ - that do not start with . or -',
    ]);
  });
});

describe("whatever the encoding", () => {
  test("an empty file is an error", () => {
    for (const encoding of ["json", "yaml", "textproto", "binpb"] as const) {
      expect(errors("", encoding)).toEqual(["f: the file is empty; expected a template"]);
    }
    expect(errors(" \n\t\n", "json")).toEqual(["f: the file is empty; expected a template"]);
    expect(errors("\uFEFF", "yaml")).toEqual(["f: the file is empty; expected a template"]);
  });

  test("a byte order mark is skipped", () => {
    expect(read('\uFEFF{"name":"a","command":"b"}', "json").names).toEqual(["a"]);
    expect(read("\uFEFFname: a\ncommand: b", "yaml").names).toEqual(["a"]);
    expect(read('\uFEFFname: "a" command: "b"', "textproto").names).toEqual(["a"]);
  });

  test("text must be UTF-8 and hold no NUL", () => {
    const latin1 = new Uint8Array([...bytes("name: a\ncommand: "), 0xe9]);
    expect(errors(latin1, "yaml")).toEqual(["f: the file is not valid UTF-8; save it as UTF-8"]);
    expect(errors("name: a\0\ncommand: b", "yaml")).toEqual(["f: the file contains NUL bytes; expected a text file"]);
  });

  test("a list must be a list, and templates stand alone", () => {
    expect(errors('{"templates": {"a": 1}, "name": "x"}', "json")).toEqual([
      "f:1:25: name: does not belong beside templates; move it into a template",
      "f:1:15: templates: is an object; expected a list of templates",
    ]);
    expect(errors(`{"templates": [${"0,".repeat(10_000)}0]}`, "json")).toEqual([
      "f:1:15: templates: has 10001 entries; expected at most 10000",
    ]);
    expect(read('{"templates": []}', "json")).toMatchObject({ names: [], errors: [] });
  });

  test("a document that is no object says what would be", () => {
    expect(errors('["a"]', "json")).toEqual([
      "f:1:1: is a list; expected an object with keys such as name, title, description, labels, enabled",
    ]);
    expect(errors("just words", "yaml")).toHaveLength(1);
    expect(errors("# nothing but a comment", "yaml")).toHaveLength(1);
  });
});

test("a relative working directory is relative to the directory of the file, which is also the default", () => {
  const cwds = read("templates:\n- {name: a, command: b}\n- {name: c, command: d, cwd: ../x}", "yaml").templates;
  expect(cwds.map(({ cwd }) => cwd)).toEqual(["/dir", "/x"]);
});
