import { describe, expect, test } from "vitest";
import { ProcessError } from "../../src/errors.js";
import { buildEnvironment, type EnvironmentSources } from "../../src/template/environment.js";
import { expandEnv } from "../../src/template/expand-env.js";
import { type TemplateOptions, templateFromOptions } from "../../src/template/from-options.js";

const expand = (value: string, base: Record<string, string> = {}, missingEnv: "ERROR" | "EMPTY" | "KEEP" = "ERROR") => {
  const { env, missing } = expandEnv({ X: value }, base, missingEnv);
  return missing.length === 0 ? env["X"] : missing;
};

describe("expandEnv", () => {
  const base = { A: "1", EMPTY: "", NESTED: "n" };

  test.each([
    ["plain", "plain"],
    ["", ""],
    ["${A}", "1"],
    ["a${A}b${A}c", "a1b1c"],
    ["${EMPTY}", ""],
    ["${NONE:-default}", "default"],
    ["${EMPTY:-default}", "default"],
    ["${A:-default}", "1"],
    ["${NONE:-}", ""],
    ["${NONE:-${NESTED}}", "n"],
    ["${NONE:-a${NONE:-b${A}}c}", "ab1c"],
    ["${A:?must be set}", "1"],
    ["$$", "$"],
    ["$${A}", "${A}"],
    ["$$$$", "$$"],
    ["$A", "$A"],
    ["cost: 5$", "cost: 5$"],
    ["}{", "}{"],
    ["${NONE:-a$$b}", "a$b"],
  ])("%j becomes %j", (value, expected) => {
    expect(expand(value, base)).toBe(expected);
  });

  test.each([
    ["${NONE}", ["NONE (needed by env.X)"]],
    ["${NONE}${OTHER}", ["NONE (needed by env.X)", "OTHER (needed by env.X)"]],
    ["${NONE:?set it to ${A}}", ["NONE (needed by env.X: set it to 1)"]],
    ["${EMPTY:?}", ["EMPTY (needed by env.X)"]],
    ["${NONE:-${OTHER}}", ["OTHER (needed by env.X)"]],
    ["${toString}", ["toString (needed by env.X)"]],
    ["${A", ['env.X: cannot read the reference "${A"']],
    ["${A:-b", ['env.X: the reference "${A:-b" has no closing brace']],
    ["${}", ['env.X: cannot read the reference "${}"']],
    ["${A-b}", ['env.X: cannot read the reference "${A-b}"']],
  ])("%j is not resolved: %j", (value, missing) => {
    expect(expand(value, base)).toEqual(missing);
  });

  test("what is missing becomes an empty text or stays, when asked to", () => {
    expect(expand("a${NONE}b", {}, "EMPTY")).toBe("ab");
    expect(expand("a${NONE}b", {}, "KEEP")).toBe("a${NONE}b");
    expect(expand("${NONE:?message}", {}, "EMPTY")).toEqual(["NONE (needed by env.X: message)"]);
  });

  test("defaults nested beyond reason are refused, not recursed into", () => {
    expect(expand(`${"${A:-".repeat(10_000)}x`)).toEqual([expect.stringContaining("cannot read the reference")]);
  });
});

const build = (options: TemplateOptions, sources: Partial<EnvironmentSources> = {}) =>
  buildEnvironment({
    template: templateFromOptions("web", "node", options, { cwd: "/work" }),
    hostEnv: { HOST: "host", LEVEL: "host" },
    managerEnv: { MANAGER: "manager", LEVEL: "manager" },
    injected: { DROVER_NAME: "web" },
    readFile: (path) => {
      throw new Error(`no such file ${path}`);
    },
    ...sources,
  });

describe("buildEnvironment", () => {
  test("layers the sources from the host's up to the injected variables", () => {
    const files: Record<string, string> = {
      "/work/a.env": "LEVEL=a\nA=1",
      "/work/b.env": "# comment\nLEVEL=b\nB='two words'",
    };
    const readFile = (path: string) => files[path] ?? "";
    const levels = (options: TemplateOptions, injected = {}) => build(options, { readFile, injected })["LEVEL"];
    expect(levels({})).toBe("manager");
    expect(levels({ envFiles: ["a.env"] })).toBe("a");
    expect(levels({ envFiles: ["a.env", "b.env"] })).toBe("b");
    expect(levels({ envFiles: ["a.env", "b.env"], env: { LEVEL: "env" } })).toBe("env");
    expect(levels({ env: { LEVEL: "env" } }, { LEVEL: "injected" })).toBe("injected");
    expect(build({ envFiles: ["a.env", "b.env"] }, { readFile })).toMatchObject({ A: "1", B: "two words" });
  });

  test("a byte order mark is no part of a name", () => {
    expect(build({ envFiles: ["a.env"] }, { readFile: () => "\uFEFFA=1\n" })["A"]).toBe("1");
  });

  test("leaves the host's environment out when asked to, but still sees it in references", () => {
    expect(build({ inheritEnv: false, env: { COPY: "${HOST}" } })).toEqual({
      COPY: "host",
      MANAGER: "manager",
      LEVEL: "manager",
      DROVER_NAME: "web",
    });
  });

  test("references see the manager's, the files' and the injected variables", () => {
    const readFile = () => "FILE=file";
    const env = { ALL: "${HOST} ${MANAGER} ${FILE} ${DROVER_NAME} ${LEVEL}" };
    expect(build({ env, envFiles: ["x.env"] }, { readFile })["ALL"]).toBe("host manager file web manager");
  });

  test("entries extend the variable of the same name, and do not see each other", () => {
    expect(build({ env: { HOST: "more:${HOST}", B: "${HOST}" } })).toMatchObject({ HOST: "more:host", B: "host" });
  });

  test("one error names every missing variable and file", () => {
    const options = {
      env: { A: "${ONE}", B: "${TWO:?the second}" },
      requiredEnv: ["THREE", "EMPTY", "HOST"],
      envFiles: ["x.env"],
    };
    const run = () => build(options, { hostEnv: { HOST: "host", EMPTY: "" } });
    expect(run).toThrow(ProcessError);
    expect(run).toThrow(
      'the environment of process "web" is incomplete: the file x.env (no such file /work/x.env), ONE (needed by env.A), ' +
        "TWO (needed by env.B: the second), THREE (listed in requiredEnv), EMPTY (listed in requiredEnv); set what is missing",
    );
    expect(run).toThrow(expect.objectContaining({ code: "ENV_UNRESOLVED", process: "web" }));
  });

  test("is made anew at each start", () => {
    const hostEnv: Record<string, string> = { V: "1" };
    expect(build({ env: { A: "${V}" } }, { hostEnv })["A"]).toBe("1");
    hostEnv["V"] = "2";
    expect(build({ env: { A: "${V}" } }, { hostEnv })["A"]).toBe("2");
  });
});
