import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { ask, serveScene } from "./scene.js";

const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;
const why = hasPromtool ? "" : " (promtool is missing, of the Debian package prometheus)";

test.skipIf(!hasPromtool)(`promtool has nothing to say about /metrics${why}`, async () => {
  await using scene = await serveScene();
  const { manager } = scene;
  const process = manager.newProcess("web", "sh", { args: ["-c", "exit 3"], group: "back" });
  await process.start();
  await process.wait();
  const readiness = { exec: { command: "true" }, interval: "50ms" } as const;
  await manager.newProcess("checked", "sleep", { args: ["1000"], readiness }).start();
  const { body } = await ask({ socketPath: scene.server.socketPath }, { path: "/metrics" });
  const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input: body, encoding: "utf8" });
  expect(body).toMatch(/^drover_process_check_passing\{name="checked",group="",use="readiness"\} 1$/m);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
});
