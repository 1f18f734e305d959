import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exportTemplates } from "../../src/formats/export-templates.js";
import type { ExportedFile } from "../../src/formats/exported.js";
import { run } from "../repo/run.js";
import { tempDir } from "../repo/temp-dir.js";
import { lossesOf, onlyText, templateOf, toldOf } from "./exported.js";

const full = templateOf({
  name: "web",
  title: "Web",
  description: "The web server, 100%",
  labels: { documentation: "https://example.org/web", team: "core" },
  command: "/bin/sh",
  args: ["-c", "echo $HOME 100% \"'\\"],
  cwd: "/tmp",
  env: { A: "1", B: "${HOME}/x" },
  runOnStartup: true,
  restart: { mode: "ON_FAILURE", maxRestarts: 5, successExitCodes: [0, 143] },
  stop: { signal: "SIGINT", gracePeriod: "3s", command: ["/bin/kill", "$MAINPID"] },
  startTimeout: "9s",
  readiness: { tcp: { port: 80 } },
  limits: { maxMemory: "512MiB", maxCpu: 50 },
  affinity: { mask: "5" },
  logs: { stdout: "out.log", mode: "FILE" },
  pidFile: "web.pid",
});

test("a unit with everything", () => {
  const exported = exportTemplates([full], "systemd");
  expect(exported.files.map(({ name }) => name)).toEqual(["web.service"]);
  expect(exported.files[0]?.text).toBe(`[Unit]
Description=The web server, 100%%
Documentation=https://example.org/web
StartLimitBurst=6
StartLimitIntervalSec=10000ms

[Service]
Type=simple
WorkingDirectory=/tmp
ExecStart="/bin/sh" "-c" "echo $$HOME 100%% \\"'\\\\"
Environment="A=1"
Restart=on-failure
RestartForceExitStatus=SIGHUP SIGINT SIGTERM SIGPIPE
RestartSec=1000ms
SuccessExitStatus=143
KillSignal=SIGINT
TimeoutStopSec=3000ms
ExecStop="/bin/kill" "$$MAINPID"
TimeoutStartSec=9000ms
MemoryMax=536870912
CPUQuota=50%
CPUAffinity=0,2
StandardOutput=append:/tmp/out.log

[Install]
WantedBy=multi-user.target
`);
  expect(lossesOf(exported)).toEqual([
    "dropped web title: a unit has one text for people: the description",
    "dropped web labels.team: a unit has no labels",
    "dropped web env.B: refers to HOME, and systemd replaces nothing in values: write the value itself",
    "approximated web startTimeout: until the program is executed: systemd checks no readiness",
    "dropped web readiness.tcp.port: systemd asks no service: Type=notify waits for a program that calls sd_notify(3)",
    "approximated web limits.maxMemory: the kernel ends a process at once when all are over it",
    "approximated web limits.maxCpu: slowed down to it, not restarted",
    "approximated web logs.mode: DISCARD: null; else what is not in a file is in the journal",
    "dropped web pidFile: systemd knows the PID and writes it nowhere: `systemctl show -p MainPID`",
    "approximated web inheritEnv: the service gets the small environment of systemd: write what it needs into env",
    "approximated web restart.backoff: always 1000 ms; RestartSteps= of systemd 254 makes it grow",
  ]);
});

test("defaults that systemd does not share are written", () => {
  const text = onlyText([templateOf({ name: "web", command: "/bin/x" })], "systemd");
  for (const line of [
    ...["StartLimitIntervalSec=0", "Restart=no", "RestartSec=1000ms", "TimeoutStopSec=5000ms", "KillSignal=SIGTERM"],
    "TimeoutStartSec=30000ms",
  ]) {
    expect(text.split("\n")).toContain(line);
  }
  expect(text).not.toContain("[Install]");
});

test("a description does not run into the next line", () => {
  expect(onlyText([{ ...full, description: "ends with \\ \\" }], "systemd")).toContain("Description=ends with\n");
});

test("the time in which restarts are counted holds them with their delays", () => {
  const restart = { mode: "ALWAYS", maxRestarts: 20, backoff: { initial: "2s", multiplier: 1 }, resetAfter: "10s" };
  const text = onlyText([templateOf({ name: "web", command: "/bin/x", restart })], "systemd");
  expect(text).toContain("StartLimitBurst=21\nStartLimitIntervalSec=51000ms\n");
  expect(toldOf({ restart }, "systemd", "restart.maxRestarts")).toBe("mapped; Unit.StartLimitBurst");
  expect(toldOf({ restart: { ...restart, resetAfter: "20s" } }, "systemd", "restart.resetAfter")).toBe(
    "approximated; Unit.StartLimitIntervalSec; 61000 ms, so that the delays of 20 restarts fit into it",
  );
});

test("what others wait for to its end is a oneshot service", () => {
  const web = templateOf({
    ...{ name: "web", command: "/bin/x" },
    dependsOn: [
      { name: "migrate", condition: "SUCCEEDED" },
      { name: "warm", condition: "EXITED" },
      { name: "db", condition: "STARTED" },
    ],
  });
  const others = ["migrate", "warm", "db"].map((name) => templateOf({ name, command: "/bin/x" }));
  const { files, report } = exportTemplates([web, ...others], "systemd");
  expect(files[0]?.text).toContain(
    "After=migrate.service warm.service db.service\nRequires=migrate.service db.service\nWants=warm.service\n",
  );
  for (const [index, type] of ["simple", "oneshot", "oneshot", "simple"].entries()) {
    const text = files[index]?.text ?? "";
    expect(text).toContain(`Type=${type}\n`);
    expect([text.includes("RemainAfterExit=yes"), text.includes("TimeoutStartSec=infinity")]).toEqual(
      type === "oneshot" ? [true, true] : [false, false],
    );
  }
  expect(report.filter(({ field }) => field.startsWith("dependsOn.")).map(({ outcome }) => outcome)).toEqual([
    ...["mapped", "mapped", "mapped"],
  ]);
  const again = templateOf({ name: "migrate", command: "/bin/x", restart: { mode: "ON_FAILURE" } });
  expect(lossesOf(exportTemplates([web, again], "systemd"))).toContain(
    "approximated migrate restart.mode: an end by SIGHUP, SIGINT, SIGTERM, SIGPIPE is a success",
  );
  const always = templateOf({ name: "migrate", command: "/bin/x", restart: { mode: "ALWAYS" } });
  expect(exportTemplates([web, always], "systemd").files[1]?.text).toContain("Type=simple\n");
});

test("several instances are a template unit, which dependents name one by one", () => {
  const web = templateOf({ name: "web", command: "/bin/x", dependsOn: [{ name: "db" }] });
  const exported = exportTemplates([web, templateOf({ name: "db", command: "/bin/y", instances: 2 })], "systemd");
  expect(exported.files.map(({ name }) => name)).toEqual(["web.service", "db@.service"]);
  expect(exported.files[0]?.text).toContain("After=db@1.service db@2.service\nRequires=db@1.service db@2.service\n");
  expect(exported.files[1]?.text).toContain('Environment="DROVER_INSTANCE=%i"\n');
  expect(lossesOf(exported)).toContain(
    "approximated db instances: start each by its number: systemctl enable --now db@1 db@2",
  );
});

test.each([
  ["*/15 * * * *", ["*-*-* *:00/15:00 UTC"]],
  ["30 2 * * mon-fri", ["Mon,Tue,Wed,Thu,Fri *-*-* 02:30:00 UTC"]],
  ["0 0 1,15 * 5-7", ["*-*-01,15 00:00:00 UTC", "Sun,Fri,Sat *-*-* 00:00:00 UTC"]],
  ["10 0 3 1-6/2 jan *", ["*-01-01..06/2 03:00:10 UTC"]],
  ["0 12 * feb,aug */3", ["Sun,Wed,Sat *-02,08-* 12:00:00 UTC"]],
  ["0 0 L * *", undefined],
  ["0 0 * * 5#2", undefined],
])("the times %s become a timer", async (cron, expected) => {
  const { files, report } = exportTemplates(
    [templateOf({ name: "job", command: "/bin/x", runOnStartup: true, schedule: { cron } })],
    "systemd",
  );
  const [service, timer] = files;
  const times = timer?.text.split("\n").flatMap((line) => /^OnCalendar=(.*)/.exec(line)?.[1] ?? []);
  expect(times).toEqual(expected);
  expect(service?.text).not.toContain("[Install]");
  expect(report.find(({ field }) => field === "schedule.cron")?.outcome).toBe(
    timer === undefined ? "dropped" : "mapped",
  );
  if (existsSync(verifier) && times !== undefined)
    expect(await run(verifier, ["calendar", ...times])).toMatchObject({ status: 0 });
});

test.each([
  [{ command: "node" }, "command", "approximated; Service.ExecStart; systemd looks for node in directories of its own"],
  [
    { command: "@x" },
    "command",
    "approximated; Service.ExecStart; run by /bin/sh, as systemd has a meaning of its own",
  ],
  [{ env: { "a-b": "1" } }, "env.a-b", "dropped; systemd takes names of letters, digits and _ only"],
  [{ command: "./x" }, "command", "approximated; Service.ExecStart; /srv/x: a unit has no relative path"],
  [{ limits: { maxMemory: 5, action: "NOTIFY" } }, "limits.maxMemory", "dropped; systemd tells nobody"],
  [{ env: { A: "1" }, envFiles: ["x"] }, "envFiles", "approximated; Service.EnvironmentFile; they win"],
  [{ inheritEnv: false }, "inheritEnv", "mapped"],
  [
    { dependsOn: [{ name: "a", condition: "EXITED" }] },
    "dependsOn.a",
    "systemd waits for its start only: Type=oneshot",
  ],
  [
    { dependsOn: [{ name: "a", condition: "STARTED" }] },
    "dependsOn.a",
    "mapped; Unit.After, Unit.Requires, Unit.Wants",
  ],
  [{ logs: { stderr: "/x" } }, "logs.stderr", "mapped; Service.StandardError"],
  [{ logs: { maxFiles: 3 } }, "logs.maxFiles", "dropped; journald.conf(5)"],
])("%j is told", (json, field, expected) => {
  expect(toldOf(json, "systemd", field)).toContain(expected);
});

test("a script is run by its interpreter, which is told", () => {
  const script = templateOf({ name: "job", script: "job.py", args: ["a b"] });
  const exported = exportTemplates([script], "systemd");
  expect(exported.files[0]?.text).toContain('ExecStart="python3" "job.py" "a b"\n');
  expect(lossesOf(exported)).toContain("approximated job script: run by python3, as is right now");
});

const verifier = "/usr/bin/systemd-analyze";

async function verify(files: readonly ExportedFile[]): Promise<unknown> {
  using dir = tempDir();
  for (const { name, text } of files) writeFileSync(join(dir.path, name), text);
  return await run(verifier, ["verify", ...files.map(({ name }) => join(dir.path, name))]);
}

test.skipIf(!existsSync(verifier))("systemd-analyze has nothing to say about the units", async () => {
  const job = templateOf({
    ...{ name: "job", command: "/bin/true", cwd: "/tmp", runOnStartup: true },
    schedule: { cron: "*/5 * * * 1-5", timezone: "Europe/Vienna", maxDuration: "1m" },
  });
  const once = templateOf({ name: "once", command: "/bin/true", cwd: "/tmp", restart: { mode: "ON_FAILURE" } });
  const many = templateOf({
    ...{ name: "many", command: "/bin/true", cwd: "/tmp", instances: 2 },
    dependsOn: [{ name: "once", condition: "EXITED" }],
  });
  const { files } = exportTemplates([full, job, many, once], "systemd");
  expect(files.map(({ name }) => name)).toEqual([
    ...["web.service", "job.service", "job.timer", "many@.service", "once.service"],
  ]);
  expect(await verify(files)).toEqual({ status: 0, stdout: "", stderr: "" });
});

test.skipIf(!existsSync(verifier))("systemd-analyze would have something to say", async () => {
  const [file] = exportTemplates([full], "systemd").files;
  const wrong = `${file?.text}\n[Service]\nNonsense=1\n`;
  expect(await verify([{ name: "web.service", text: wrong }])).toMatchObject({
    stderr: expect.stringContaining("Nonsense") as string,
  });
});

test.each(["\nExecStartPre=/bin/false", "\rExecStartPre=/bin/false"])(
  "a path with the end of a line is told, and is no other setting: %j",
  (end) => {
    const cwd = `/tmp/a${end}`;
    const template = { cwd, envFiles: ["e"], logs: { stdout: "o", stderr: "o" }, runAs: { user: `a${end}` } };
    const text = onlyText([templateOf({ name: "web", command: "/bin/x", ...template })], "systemd");
    expect(text).not.toMatch(/^ExecStartPre|[\r]/m);
    for (const field of ["cwd", "envFiles", "logs.stdout", "logs.stderr", "runAs.user"])
      expect(toldOf(template, "systemd", field), field).toMatch(/^dropped; "\S+": a setting has one line/);
  },
);

test.each(["/tmp/a\\", "/tmp/a "])("the directory %j does not swallow the line after it", (cwd) => {
  const text = onlyText([templateOf({ name: "web", command: "/bin/x", cwd })], "systemd");
  expect(text).toContain(`WorkingDirectory=${cwd}/\nExecStart="/bin/x"\n`);
});

test("what systemd would take for a prefix is a part of the name, and a variable it would ignore is left out", () => {
  const json = { command: "@x", args: ["$a"], stop: { command: ["-y"] }, env: { "9a": "1", a9: "2" } };
  const text = onlyText([templateOf({ name: "web", ...json })], "systemd");
  expect(text).toContain('ExecStart="/bin/sh" "-c" "exec \\"$$0\\" \\"$$@\\"" "@x" "$$a"\n');
  expect(text).toContain('ExecStop="/bin/sh" "-c" "exec \\"$$0\\" \\"$$@\\"" "-y"\n');
  expect(text.match(/^Environment=.*$/gm)).toEqual(['Environment="a9=2"']);
});
