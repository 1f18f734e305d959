import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { exportTemplates } from "../../src/formats/export-templates.js";
import { importText } from "../../src/formats/import-text.js";
import { expandEnv } from "../../src/template/expand-env.js";
import { templateFromOptions } from "../../src/template/from-options.js";
import type { ProcessTemplate } from "../../src/template/process-template.js";
import { run } from "../repo/run.js";
import { tempDir } from "../repo/temp-dir.js";
import { errorsOf } from "./told.js";

/** What another system makes of a template, read back. */
function roundTrip(template: ProcessTemplate, to: string): ProcessTemplate {
  const [file] = exportTemplates([template], to).files;
  const imported = importText(file?.text ?? "", { format: to, file: file?.name, cwd: "/" });
  expect(errorsOf(imported)).toEqual([]);
  return imported.templates[0] as ProcessTemplate;
}

const text = fc.string({ unit: "binary", maxLength: 12 }).filter((value) => !/[\0\p{Surrogate}]/u.test(value));
const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/);
const anyOptions = fc.record({
  args: fc.array(text, { maxLength: 4 }),
  env: fc.dictionary(
    name,
    text.map((value) => value.replaceAll("$", "$$$$")),
    { maxKeys: 4 },
  ),
  description: fc.string({ maxLength: 20 }),
  restart: fc.record({
    mode: fc.constantFrom("NEVER" as const, "ON_FAILURE" as const, "ALWAYS" as const),
    maxRestarts: fc.nat(20),
  }),
  nice: fc.integer({ min: -20, max: 19 }),
});

test.each(["systemd"])(
  "to %s and back: argv, env and cwd stay byte by byte, and a second time changes nothing",
  (to) => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const template = templateFromOptions("web", "/bin/x", options, { cwd: "/srv/a b%c" });
        const once = roundTrip(template, to);
        const plain = ({ env }: ProcessTemplate) => expandEnv(env, {}, "ERROR").env;
        expect([once.program, once.args, once.cwd, plain(once)]).toEqual([
          ...[template.program, template.args, template.cwd, plain(template)],
        ]);
        expect(once.restart.mode).toBe(template.restart.mode);
        expect(roundTrip(once, to)).toEqual(once);
      }),
      { numRuns: 200 },
    );
  },
);

const full = templateFromOptions(
  "web",
  "/bin/sh",
  {
    args: ["-c", "echo $HOME 100% \"'\\"],
    env: { A: "1", B: "${HOME}/x" },
    restart: { mode: "ALWAYS", maxRestarts: 5 },
    runOnStartup: true,
    readiness: { tcp: { port: 80 } },
    dependsOn: [{ name: "db" }],
  },
  { cwd: "/" },
);

test("a description does not run into the next line", () => {
  const [file] = exportTemplates([{ ...full, description: "ends with \\ \\" }], "systemd").files;
  expect(file?.text).toContain("Description=ends with\n");
});

test("what cannot be kept is told", () => {
  const { report } = exportTemplates([full], "systemd");
  expect(
    report.filter(({ outcome }) => outcome !== "mapped").map(({ outcome, field }) => `${outcome} ${field}`),
  ).toEqual(["approximated env", "dropped readiness.tcp.port", "approximated dependsOn"]);
  expect(() => exportTemplates([full], "upstart")).toThrow('unknown format "upstart"; expected one of systemd');
});

const verifier = "/usr/bin/systemd-analyze";

test.skipIf(!existsSync(verifier))("systemd-analyze has nothing to say about a unit", async () => {
  using dir = tempDir();
  const alone = { ...full, dependsOn: [] };
  const [file] = exportTemplates([alone], "systemd").files;
  writeFileSync(join(dir.path, "web.service"), file?.text ?? "");
  expect(await run(verifier, ["verify", join(dir.path, "web.service")])).toEqual({ status: 0, stdout: "", stderr: "" });
});
