import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeUnit } from "../../src/cli/systemd-unit.js";
import { run } from "../repo/run.js";
import { tempDir } from "../repo/temp-dir.js";

const options = {
  node: process.execPath,
  main: "/opt/my drover/main.js",
  cwd: "/srv/100% app",
  templateDir: "templates",
  stateDir: "/var/lib/drover$1",
  path: "/usr/bin:/bin",
  isUser: false,
};

test("a unit has absolute paths, and nothing in them that systemd would replace", () => {
  const unit = describeUnit(options);
  expect(unit).toContain(
    `ExecStart="${process.execPath}" "--max-semi-space-size=8" "/opt/my drover/main.js" "up" "--template-dir" "/srv/100%% app/templates" "--state-dir" "/var/lib/drover$$1"\n`,
  );
  expect(unit).toContain("WorkingDirectory=/srv/100%% app\n");
  expect(unit).toContain("WantedBy=multi-user.target\n");
  expect(describeUnit({ ...options, isUser: true })).toContain("WantedBy=default.target\n");
});

const verifier = "/usr/bin/systemd-analyze";

test.skipIf(!existsSync(verifier))("systemd-analyze has nothing to say about it", async () => {
  using dir = tempDir();
  const file = join(dir.path, "drover.service");
  writeFileSync(file, describeUnit({ ...options, main: "/bin/sh", cwd: "/" }));
  expect(await run(verifier, ["verify", file])).toEqual({ status: 0, stdout: "", stderr: "" });
});
