import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { statusOf } from "../supervise/real-scene.js";
import { processOf, type Scene, sceneOf as sceneOfFile } from "./scene.js";

const sceneOf = (conf: string, programs: Readonly<Record<string, string>>): Promise<Scene> =>
  sceneOfFile("etc/supervisord.conf", { ...programs, "etc/supervisord.conf": conf });

// Stubs in place of the programs of a supervisord.conf.
vi.setConfig({ testTimeout: 30_000 });

test("a program that crashes at its start is tried again startretries times, and given up then", async () => {
  await using scene = await sceneOf("[program:crash]\ncommand=bin/crash\nstartretries=2\nstartsecs=5\n", {
    "bin/crash": "#!/bin/sh\necho try >> tries\nexit 3\n",
  });
  const crash = processOf(scene, "crash");
  await crash.start();
  const { restarts, supervision, reason } = await statusOf(crash, (status) => status.supervision.kind === "gave-up");
  expect({ restarts, supervision: supervision.kind }).toEqual({ restarts: 2, supervision: "gave-up" });
  expect(reason).toBe("ended with exit code 3; gave up after 2 restarts in a row");
  expect(readFileSync(join(scene.path, "tries"), "utf8")).toBe("try\n".repeat(3));
});

test("with autorestart=unexpected an exit code of exitcodes ends it, another one restarts it", async () => {
  const script = "#!/bin/sh\n[ -e seen ] && exit 2\ntouch seen\nexit 7\n";
  await using scene = await sceneOf("[program:job]\ncommand=bin/job\nexitcodes=0,2\nautorestart=unexpected\n", {
    "bin/job": script,
  });
  const job = processOf(scene, "job");
  await job.start();
  const { restarts, reason } = await statusOf(
    job,
    (status) => status.reason?.startsWith("ended with exit code 2") === true,
  );
  expect({ restarts, reason }).toEqual({
    restarts: 1,
    reason: "ended with exit code 2; that is a success, and its restart mode is ON_FAILURE",
  });
});

test("environment, directory, umask and one log for both streams", async () => {
  const conf = `[supervisord]
environment=MODE="from supervisord",OTHER="x"
[program:web]
command=%(ENV_STUBS)s/bin/web --port=80%%  "a b" '$MODE' ; and a comment
directory=%(here)s
environment=MODE="own, with a comma",STUBS_ARE="%(ENV_STUBS)s",LITERAL="$HOME"
umask=027
stdout_logfile=logs/%(program_name)s.log
redirect_stderr=true
stopsignal=INT
`;
  const web = `#!/bin/sh
trap 'echo interrupted; exit 0' INT
echo "$1 $2 $3 in $PWD"
echo "$MODE $OTHER $STUBS_ARE $LITERAL $(umask)" >&2
echo ready
while :; do sleep 1 & wait $!; done
`;
  await using scene = await sceneOf(conf, { "bin/web": web });
  const subject = processOf(scene, "web");
  await subject.start();
  const log = () => readFileSync(join(scene.path, "logs/web.log"), "utf8");
  await vi.waitFor(() => expect(log()).toContain("ready"), { timeout: 20_000 });
  expect((await subject.stopAndWait()).exit).toMatchObject({ code: 0 });
  expect(log()).toBe(
    `--port=80% a b $MODE in ${scene.path}/etc\nown, with a comma x ${scene.path} $HOME 0027\nready\ninterrupted\n`,
  );
});

test("numprocs makes instances, or a process for each number, in their group", async () => {
  const conf = `[program:same]
command=/bin/sh -c "exec sleep 60"
numprocs=2
process_name=%(program_name)s_%(process_num)02d
[program:own]
command=/bin/sh -c "echo number %(process_num)d > own-%(process_num)d; exec sleep 60"
numprocs=2
numprocs_start=5
process_name=%(program_name)s_%(process_num)02d
`;
  await using scene = await sceneOf(conf, {});
  const all = scene.manager.getAllProcesses();
  expect(all.map(({ name }) => name)).toEqual(["same-1", "same-2", "own_05", "own_06"]);
  await Promise.all(all.map((each) => each.start()));
  const written = () => ["own-5", "own-6"].map((file) => readFileSync(join(scene.path, file), "utf8"));
  await vi.waitFor(() => expect(written()).toEqual(["number 5\n", "number 6\n"]), { timeout: 20_000 });
  await scene.manager.stopGroup("own");
  expect(all.map(({ status }) => status.lifecycle)).toEqual(["running", "running", "exited", "exited"]);
});
