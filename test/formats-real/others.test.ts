import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { statusOf } from "../supervise/real-scene.js";
import { processOf, type Scene, sceneOf } from "./scene.js";

vi.setConfig({ testTimeout: 30_000 });

/** Tells what it was given, a line for each word, and stays. */
const tell = '#!/bin/sh\nfor word; do echo "[$word]"; done\nexec sleep 1000\n';

const contentOf = ({ path }: Scene, file: string): string =>
  existsSync(join(path, file)) ? readFileSync(join(path, file), "utf8") : "";

/** What a process has written, when it has written this much. */
async function linesOf(scene: Scene, name: string, count: number): Promise<readonly string[]> {
  const lines = async () => (await processOf(scene, name).logs.tail(100)).map(({ line }) => line);
  await vi.waitFor(async () => expect((await lines()).length).toBeGreaterThanOrEqual(count), { timeout: 20_000 });
  return await lines();
}

describe("process-compose", () => {
  test("what depends on others waits for their health and their success; references are filled in", async () => {
    await using scene = await sceneOf("process-compose.yaml", {
      "bin/tell": tell,
      ".env": "DIRECTORY=sub\nFROM_FILE=yes\n",
      "sub/marker": "",
      "process-compose.yaml": `version: "0.5"
environment: ["SHARED=a b"]
processes:
  db:
    command: touch db-up && exec sleep 1000
    readiness_probe: { exec: { command: test -e db-up && touch asked }, period_seconds: 1 }
  migrate:
    command: test -e asked && touch migrated
    depends_on: { db: { condition: process_healthy } }
  api:
    command: ../bin/tell "$$SHARED" '\${FROM_FILE}' "$\${OWN}" $$PWD
    working_dir: \${DIRECTORY}
    environment: ["OWN=\${STUBS}"]
    depends_on: { migrate: { condition: process_completed_successfully } }
`,
    });
    await processOf(scene, "api").start();
    expect(existsSync(join(scene.path, "migrated"))).toBe(true);
    expect(await linesOf(scene, "api", 4)).toEqual([
      "[a b]",
      "[${FROM_FILE}]",
      `[${scene.path}]`,
      `[${scene.path}/sub]`,
    ]);
  });

  test("a process is restarted after backoff_seconds, max_restarts times; its own stop command is run", async () => {
    await using scene = await sceneOf("process-compose.yaml", {
      "process-compose.yaml": `version: "0.5"
processes:
  crash:
    command: echo try >> tries; exit 3
    availability: { restart: on_failure, backoff_seconds: 0, max_restarts: 2 }
  web:
    command: exec sleep 1000
    shutdown: { command: touch stopped, signal: 15 }
`,
    });
    const crash = processOf(scene, "crash");
    await crash.start();
    await statusOf(crash, (status) => status.supervision.kind === "gave-up");
    expect(contentOf(scene, "tries")).toBe("try\n".repeat(3));
    const web = processOf(scene, "web");
    await web.start();
    await web.stopAndWait();
    expect(existsSync(join(scene.path, "stopped"))).toBe(true);
  });
});

describe("Docker Compose", () => {
  test("what depends on a healthy service waits for its check", async () => {
    await using scene = await sceneOf("compose.yaml", {
      "bin/tell": tell,
      "compose.yaml": `services:
  db:
    image: postgres
    command: [sh, -c, "exec sleep 1000"]
    healthcheck: { test: "touch asked", interval: 1s }
  api:
    build: .
    entrypoint: [bin/tell, "a b"]
    command: "'c d' $$e \${STUBS}"
    environment: { MODE: "\${MODE:-none}" }
    depends_on: { db: { condition: service_healthy } }
`,
    });
    await processOf(scene, "api").start();
    expect(existsSync(join(scene.path, "asked"))).toBe(true);
    expect(await linesOf(scene, "api", 4)).toEqual(["[a b]", "[c d]", "[$e]", `[${scene.path}]`]);
  });

  test("a failing service is restarted as often as its policy says, with the signal of its file at the end", async () => {
    await using scene = await sceneOf("compose.yaml", {
      "bin/trapped":
        "#!/bin/sh\ntrap 'touch interrupted; exit 0' INT\necho ready\nwhile :; do sleep 1 & wait $!; done\n",
      "compose.yaml": `services:
  crash:
    command: sh -c "echo try >> tries; exit 1"
    restart: "on-failure:2"
  web:
    command: bin/trapped
    stop_signal: SIGINT
`,
    });
    const crash = processOf(scene, "crash");
    await crash.start();
    await statusOf(crash, (status) => status.supervision.kind === "gave-up");
    expect(contentOf(scene, "tries")).toBe("try\n".repeat(3));
    const web = processOf(scene, "web");
    await web.start();
    await linesOf(scene, "web", 1);
    await web.stopAndWait();
    expect(existsSync(join(scene.path, "interrupted"))).toBe(true);
  });
});

describe("systemd", () => {
  test("variables, commands before it, limits and specifiers are as systemd has them", async () => {
    await using scene = await sceneOf("web@8080.service", {
      "bin/tell": tell,
      "web.env": 'WORDS="a  b *"\n',
      "web@8080.service": `[Service]
WorkingDirectory=%h
Environment=GREETING="good day" "PERCENT=5%%"
EnvironmentFile=%h/web.env
EnvironmentFile=-%h/none.env
ExecStartPre=/bin/sh -c 'ulimit -S -n > limits; ulimit -H -n >> limits'
ExecStartPre=-/bin/false
ExecStart=%h/bin/tell --port=%i $WORDS \${WORDS}x $$x 'q "r' \${PERCENT}
LimitNOFILE=200:400
`,
    });
    await processOf(scene, "web@8080").start();
    expect(await linesOf(scene, "web@8080", 8)).toEqual([
      ...["[--port=8080]", "[a]", "[b]", "[*]", "[a  b *x]", "[$x]", '[q "r]', "[5%]"],
    ]);
    expect(contentOf(scene, "limits")).toBe("200\n400\n");
  });

  test("the process of a unit that needs a shell is the program, and Restart is for the exit codes of the unit", async () => {
    await using scene = await sceneOf("job.service", {
      "bin/job": "#!/bin/sh\n[ -e seen ] && exit 4\ntouch seen\necho $$ > pid\nexit 7\n",
      "job.service": `[Service]
WorkingDirectory=%h
ExecStart=%h/bin/job \${STUBS}
Restart=on-failure
RestartSec=10ms
SuccessExitStatus=4
`,
    });
    const job = processOf(scene, "job");
    const pids: unknown[] = [];
    const watching = job.status$.subscribe(({ pid }) => void pids.push(pid));
    await job.start();
    const { restarts } = await statusOf(job, ({ reason }) => reason?.startsWith("ended with exit code 4") === true);
    watching.unsubscribe();
    expect(restarts).toBe(1);
    expect(pids).toContain(Number(contentOf(scene, "pid")));
  });
});

describe("Procfile", () => {
  test("each process has a port of its own, and .env is read at its start", async () => {
    await using scene = await sceneOf("Procfile", {
      "bin/tell": tell,
      ".env": 'GREETING="good day"\n',
      Procfile: "web: bin/tell --greeting 'a b'\nworker: exec bin/tell $PORT \"$GREETING\"\n",
    });
    for (const name of ["web", "worker"]) await processOf(scene, name).start();
    expect(await linesOf(scene, "web", 2)).toEqual(["[--greeting]", "[a b]"]);
    expect(await linesOf(scene, "worker", 2)).toEqual(["[5100]", "[good day]"]);
  });

  test("a process that ends is not started again", async () => {
    await using scene = await sceneOf("Procfile", { Procfile: "once: echo try >> tries && exit 1\n" });
    const once = processOf(scene, "once");
    await once.start();
    const { restarts } = await statusOf(once, (status) => status.lifecycle === "exited");
    expect([restarts, contentOf(scene, "tries")]).toEqual([0, "try\n"]);
  });
});
