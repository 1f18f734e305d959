import { describe, expect, test } from "vitest";
import { decode } from "../../src/template/decode.js";
import { TemplateError } from "../../src/template/template-error.js";

const read = (value: object) => {
  const content = new TextEncoder().encode(JSON.stringify(value));
  const { templates, problems } = decode(content, "json", { cwd: "/templates", hostCwd: "/manager" });
  return {
    template: templates[0]?.template,
    errors: problems.map((problem) => String(new TemplateError("f", problem))),
  };
};

const convert = (options: object) => read({ name: "old", cmd: "/usr/bin/plugin", p_options: options }).template;

test("a template as cn-infra writes it is converted", () => {
  const { template, errors } = read({
    name: "old",
    cmd: "./plugin",
    p_options: {
      args: ["-max-uptime=10"],
      out_writer: true,
      err_writer: true,
      restart: -1,
      detach: true,
      run_on_startup: true,
      notify: true,
      auto_terminate: true,
      cpu_affinity_list: "0-2,6",
      cpu_affinity_delay: "500ms",
    },
  });
  expect(errors).toEqual([]);
  expect(template).toMatchObject({
    name: "old",
    program: { kind: "command", command: "./plugin", shell: false },
    args: ["-max-uptime=10"],
    cwd: "/manager",
    detach: true,
    runOnStartup: true,
    notify: true,
    restart: { mode: "ALWAYS", maxRestarts: "unlimited", backoff: { initialMs: 0 } },
    affinity: { cpus: { list: "0-2,6" }, delayMs: 500 },
    logs: { mode: "INHERIT" },
  });
});

test("keys in lowerCamelCase mean the same", () => {
  const { template } = read({ name: "old", cmd: "x", pOptions: { runOnStartup: true, cpuAffinityMask: "f" } });
  expect(template).toMatchObject({ runOnStartup: true, affinity: { cpus: { mask: "f" }, delayMs: 0 } });
});

describe("restart", () => {
  test("0 or nothing is never", () => {
    expect(convert({ restart: 0 })?.restart).toMatchObject({ mode: "NEVER" });
    expect(read({ name: "old", cmd: "x" }).template?.restart).toMatchObject({ mode: "NEVER" });
  });

  test("a number is that many, without a delay, and none is given back for staying up", () => {
    expect(convert({ restart: 3 })?.restart).toMatchObject({
      mode: "ALWAYS",
      maxRestarts: 3,
      backoff: { initialMs: 0 },
      resetAfterMs: 576 * 3_600_000,
    });
  });

  test("below -1 is refused", () => {
    expect(read({ name: "old", cmd: "x", p_options: { restart: -2 } }).errors).toEqual([
      "f:1:48: p_options.restart: -2 is out of range; expected -1 to 2147483647",
    ]);
  });
});

test("output is discarded unless there is a writer; either of the two passes both streams through", () => {
  const modes = [{}, { out_writer: true }, { err_writer: true }, { out_writer: true, err_writer: true }];
  expect(modes.map((options) => convert(options)?.logs.mode)).toEqual(["DISCARD", "INHERIT", "INHERIT", "INHERIT"]);
});

test("the delay that cn-infra always writes makes no affinity", () => {
  expect(convert({ cpu_affinity_delay: "0s" })?.affinity).toBeUndefined();
});

test("everything wrong is reported in the file's own words", () => {
  const options = { restart: "3", outwriter: true, cpu_affinity_mask: "zz", cpu_affinity_delay: "soon" };
  expect(
    read({ name: "../evil", cmd: "", p_options: options }).errors.map((error) => error.replace(/^f:1:\d+: /, "")),
  ).toEqual([
    'name: "../evil" is not valid; expected 1 to 128 letters, digits and . _ @ - that do not start with . or -',
    "cmd: is empty; expected a text; leave it out",
    'p_options.outwriter: unknown field; did you mean "outWriter"?',
    'p_options.restart: is the text "3"; expected a whole number; remove the quotes: 3',
    'p_options.cpu_affinity_mask: "zz" is not a CPU mask; expected a hexadecimal mask of at most 64 bits that is not 0, such as "f"',
    'p_options.cpu_affinity_delay: is the text "soon"; expected a duration with its unit, such as "500ms", "1.5s" or "1m30s"',
  ]);
  expect(read({ name: "a", cmd: "b", p_options: { cpu_affinity_mask: "f", cpu_affinity_list: "0" } }).errors).toEqual([
    "f:1:60: p_options.cpu_affinity_list: conflicts with cpu_affinity_mask; expected only one of the two",
  ]);
});

test("a template of drover's own with the key cmd is not taken for one", () => {
  expect(read({ name: "a", cmd: "b", args: ["x"] }).errors[0]).toContain('cmd: unknown field; did you mean "command"?');
});
