import { describe, expect, test } from "vitest";
import { importText, importValue } from "../../src/formats/import-text.js";
import { errorsOf, lossesOf, places } from "./told.js";

const unit = (service: string) => `[Service]\nExecStart=/bin/x\n${service}\n`;
const read = (text: string) => importText(text, { ...places, file: "units/web.service" });
const one = (service: string) => read(unit(service)).templates[0];

test("a unit with everything", () => {
  const imported = read(`# ours
[Unit]
Description=The web server, 100%%
After=network.target
StartLimitBurst=3
StartLimitIntervalSec=1min 30s

[Service]
Type=simple
ExecStart=/usr/bin/node --title "my server" \\
  'a b' $$HOME 100%% \\x41
Environment=A=1 "B=two words" 'C=$x'
Environment="D=$\${y}"
EnvironmentFile=/etc/web.env
WorkingDirectory=/srv/web
User=www
Group=web
Nice=5
CPUAffinity=0 2-3
Restart=on-failure
RestartSec=500ms
SuccessExitStatus=143
TimeoutStopSec=20
KillSignal=SIGINT
StandardOutput=append:/var/log/web.log
LimitFSIZE=1000

[Install]
WantedBy=multi-user.target
`);
  expect(imported.format).toBe("systemd");
  expect(errorsOf(imported)).toEqual([]);
  expect(imported.templates[0]).toMatchObject({
    ...{ name: "web", description: "The web server, 100%", runOnStartup: true, cwd: "/srv/web", nice: 5 },
    program: { kind: "command", command: "/usr/bin/node", shell: false },
    args: ["--title", "my server", "a b", "$HOME", "100%", "A"],
    env: { A: "1", B: "two words", C: "$x", D: "$$$${y}" },
    ...{ envFiles: ["/etc/web.env"], runAs: { user: "www", group: "web" } },
    affinity: { cpus: { list: "0,2-3" } },
    restart: {
      ...{ mode: "ON_FAILURE", maxRestarts: 2, resetAfterMs: 90_000, successExitCodes: [0, 143] },
      backoff: { initialMs: 500, maxMs: 500 },
    },
    stop: { signal: "SIGINT", gracePeriodMs: 20_000 },
    logs: { stdout: "/var/log/web.log" },
  });
  expect(lossesOf(imported)).toEqual([
    "dropped Unit.After: it orders units; write dependsOn for processes of drover",
    "dropped Service.LimitFSIZE: no shell sets it",
  ]);
});

test("what is left out means what systemd.service(5) says", () => {
  expect(one("")).toMatchObject({
    cwd: "/",
    restart: { mode: "NEVER", maxRestarts: 4, resetAfterMs: 10_000, backoff: { initialMs: 100, maxMs: 100 } },
    stop: { signal: "SIGTERM", gracePeriodMs: 90_000 },
  });
});

test("an empty assignment takes back what was before; the last of several counts", () => {
  const text = "[Service]\nExecStart=/a\nExecStart=\nExecStart=/b\nEnvironment=A=1\nEnvironment=\nEnvironment=B=2\n";
  expect(read(text).templates[0]).toMatchObject({ program: { command: "/b" }, env: { B: "2" } });
});

test.each([
  ["Restart=on-abort", "approximated Service.Restart: on-failure"],
  ["Type=notify", "dropped Service.Type: drover hears no sd_notify: write a readiness check"],
  ["KillMode=process", "dropped Service.KillMode: the whole tree is always stopped"],
  ["StandardOutput=journal", "dropped Service.StandardOutput: journal: drover keeps a log of its own"],
  ["EnvironmentFile=-/x", "approximated Service.EnvironmentFile: there is none now, and none is read"],
  ["LimitCORE=1M", "dropped Service.LimitCORE: a shell cannot set it to 1M"],
  ["Environment=A=%H", `approximated Service.Environment: with %H as for a service of this system`],
  ["TimeoutStopSec=infinity", "approximated Service.TimeoutStopSec: 24 hours"],
])("%s is told", (line, loss) => {
  const imported = read(unit(line));
  expect(errorsOf(imported)).toEqual([]);
  expect(lossesOf(imported)).toEqual([loss]);
});

test("no limit is none", () => {
  const imported = read(unit("CPUQuota=50%\nCPUQuota=\nMemoryMax=infinity"));
  expect(errorsOf(imported)).toEqual([]);
  expect(lossesOf(imported)).toEqual([]);
  expect(imported.templates[0]?.limits).toBeUndefined();
});

test("what confines a service is told by name, and a user that is made for it is an error", () => {
  const losses = (lines: string) => {
    const imported = read(unit(lines));
    expect(errorsOf(imported)).toEqual([]);
    return lossesOf(imported);
  };
  expect(losses("NoNewPrivileges=yes\nProtectSystem=strict\nTasksMax=10\nUser=web\nDynamicUser=yes")).toEqual([
    "dropped Service.NoNewPrivileges: the process is not confined: it may do what its user may",
    "dropped Service.ProtectSystem: the process is not confined: it may do what its user may",
    "dropped Service.TasksMax: drover makes no control groups",
    "dropped Service.DynamicUser: drover makes no users: it must exist",
  ]);
  expect(lossesOf(read("[Unit]\nConditionPathExists=/x\n[Service]\nExecStart=/x\nDynamicUser=no\n"))).toEqual([
    "dropped Unit.ConditionPathExists: it is started, whatever the condition says",
  ]);
  expect(errorsOf(read(unit("DynamicUser=yes")))).toEqual([
    "units/web.service:3:1: Service.DynamicUser: asks for a user that is made for it; expected User=, the name of one that exists",
  ]);
});

test("the mask of a service is that of its process, set before its limits", () => {
  const run = (lines: string) => read(unit(lines)).templates[0]?.args;
  expect(run("LimitNOFILE=10\nUMask=0077")).toEqual(["-c", "umask 0077 && ulimit -n 10 && exec /bin/x"]);
  expect(errorsOf(read(unit("UMask=u=rwx")))).toEqual([
    'units/web.service:3:1: Service.UMask: is "u=rwx"; expected such as 0027',
  ]);
});

test("TimeoutSec is that of the start and of the stop, where they have none", () => {
  const times = (lines: string) => {
    const { startTimeoutMs, stop } = read(unit(lines)).templates[0] ?? {};
    return [startTimeoutMs, stop?.gracePeriodMs];
  };
  expect(times("TimeoutSec=5")).toEqual([5000, 5000]);
  expect(times("TimeoutStopSec=7\nTimeoutSec=5")).toEqual([5000, 7000]);
  expect(lossesOf(read(unit("TimeoutSec=infinity")))).toEqual(["approximated Service.TimeoutSec: 24 hours"]);
});

test("an exit code that prevents a restart is a success to on-failure, and nothing to always", () => {
  const codes = (mode: string) => {
    const imported = read(unit(`Restart=${mode}\nSuccessExitStatus=3\nRestartPreventExitStatus=4 5`));
    return [imported.templates[0]?.restart.successExitCodes, lossesOf(imported)];
  };
  expect(codes("on-failure")).toEqual([
    [0, 3, 4, 5],
    ["approximated Service.RestartPreventExitStatus: such an end counts as a success"],
  ]);
  expect(codes("always")).toEqual([
    [0, 3],
    ["dropped Service.RestartPreventExitStatus: it is restarted, however it ends"],
  ]);
  expect(codes("no")).toEqual([[0, 3], []]);
});

test("mistakes have their lines", () => {
  const text = "[Service]\nExecStart=/x 'open\nRestart=often\nTimeoutStopSec=soon\nNice=50\nCPUQuota=half\n";
  expect(errorsOf(read(text))).toEqual([
    "units/web.service:2:1: Service.ExecStart: a quote or a backslash at character 4 has no end; expected a command line",
    'units/web.service:3:1: Service.Restart: unknown word "often"; expected one of no, always, on-failure, on-success, on-abnormal, on-abort, on-watchdog',
    'units/web.service:4:1: Service.TimeoutStopSec: "soon" is no time span; expected such as 5, 90s or 1min 30s',
    "units/web.service:5:1: Service.Nice: 50 is out of range; expected -20 to 19",
    'units/web.service:6:1: Service.CPUQuota: "half" is no share; expected such as 50%',
  ]);
  expect(errorsOf(read("[Unit]\n\n[Service]\nUser=a\n"))).toEqual([
    "units/web.service:3:1: Service: has no program; expected Service.ExecStart",
  ]);
  expect(errorsOf(importText("[Service\nx\n", { ...places, format: "systemd" }))[0]).toContain(
    "f:1:1: this line cannot be read",
  );
});

test.each([
  [String.raw`-E "\d+\.log" '\''`, ["-E", String.raw`\d+\.log`, "'"]],
  [String.raw`\xc3\xa9 \303\251 \u00e9 \U0001f600 \x41b`, ["é", "é", "é", "😀", "Ab"]],
  [String.raw`a \; b`, ["a", ";", "b"]],
  ["a;b", ["a;b"]],
])("%s are the words that systemd reads", (line, words) => {
  const { templates, errors } = read(`[Service]\nExecStart=/bin/x ${line}\n`);
  expect([errorsOf({ templates, errors, format: "", report: [], includes: [] }), templates[0]?.args]).toEqual([
    [],
    words,
  ]);
});

test("a semicolon by itself parts commands, but not in quotes", () => {
  const unit = (line: string) => read(`[Service]\nType=oneshot\nExecStart=${line}\n`).templates[0]?.args;
  expect(unit("/bin/a x ; /bin/b")).toEqual(["-c", "/bin/a x && exec /bin/b"]);
  expect(unit("/bin/sh -c 'a ; b'")).toEqual(["-c", "a ; b"]);
});

test("no time at all means as long as it takes, where systemd has it so", () => {
  expect(one("TimeoutStartSec=0\nTimeoutStopSec=0")).toMatchObject({
    startTimeoutMs: 86_400_000,
    stop: { gracePeriodMs: 86_400_000 },
  });
  expect(one("RestartSec=1500us")?.restart.backoff.initialMs).toBe(1.5);
  expect(one("TimeoutStopSec=1h 1 week")).toBeUndefined();
  expect(one("TimeoutStopSec=2min 1.5s")?.stop.gracePeriodMs).toBe(121_500);
});

describe("a program that needs a shell", () => {
  const line = (service: string, file = "web.service") => {
    const imported = importText(`[Service]\n${service}\n`, { ...places, file });
    expect(errorsOf(imported)).toEqual([]);
    const { program, args } = imported.templates[0] ?? {};
    expect([program?.kind === "command" && program.command, args?.[0], args?.length]).toEqual(["/bin/sh", "-c", 2]);
    return args?.[1];
  };

  test.each([
    ["ExecStart=/bin/x --port $PORT $$A ${B}c 'd ${E}'", `set -f; exec /bin/x --port $PORT '$'A "\${B}"c 'd '"\${E}"`],
    [
      "ExecStart=/bin/x a\nLimitNOFILE=100:200",
      "{ ulimit -S -n 100 2>/dev/null; ulimit -H -n 200; } && ulimit -S -n 100 && exec /bin/x a",
    ],
    ["ExecStart=/bin/x\nLimitNPROC=50", "{ ulimit -u 50 2>/dev/null || ulimit -p 50; } && exec /bin/x"],
    ["ExecStart=/bin/x\nLimitSTACK=8M\nLimitCORE=infinity", "ulimit -s 8192 && ulimit -c unlimited && exec /bin/x"],
    [
      "ExecStartPre=/bin/a 'b c'\nExecStartPre=-/bin/d\nExecStart=/bin/x",
      "/bin/a 'b c' && { /bin/d || :; } && exec /bin/x",
    ],
    ["Type=oneshot\nExecStart=/bin/a\nExecStart=/bin/b", "/bin/a && exec /bin/b"],
  ])("%s", (service, expected) => {
    expect(line(service)).toBe(expected);
  });

  test("a colon keeps variables as they are, and the word after @ is no argument", () => {
    const { program, args } = one("ExecStart=\nExecStart=:/bin/x $A $$") ?? {};
    expect([program, args]).toMatchObject([{ command: "/bin/x" }, ["$A", "$$"]]);
    expect(one("ExecStart=\nExecStart=@/bin/x y z")?.args).toEqual(["z"]);
  });
});

describe("specifiers", () => {
  const read = (service: string, file: string) => importText(`[Service]\n${service}\n`, { ...places, file });

  test("stand for parts of the name of the file, and for places", () => {
    const unit = read("ExecStart=/bin/x %n %N %p %i %I %j %h %t/%p %% %5", "a-b@c-d\\x2de.service");
    expect(unit.templates[0]?.args).toEqual([
      ...[
        "a-b@c-d\\x2de.service",
        "a-b@c-d\\x2de",
        "a-b",
        "c-d\\x2de",
        "c/d-e",
        "b",
        "/home/me",
        "/run/a-b",
        "%",
        "%5",
      ],
    ]);
    expect(lossesOf(unit)).toContain("approximated Service.ExecStart: with %h, %t as for a service of this system");
    expect(read("ExecStart=/bin/x [%i]", "web.service").templates[0]?.args).toEqual(["[]"]);
  });

  test("that cannot be told are errors", () => {
    expect(errorsOf(read("ExecStart=/bin/x %i", "web@.service"))).toEqual([
      "web@.service:2:1: Service.ExecStart: has %i, and the name of the file tells no instance; import it by a link with a name such as web@NAME.service",
    ]);
    expect(errorsOf(read("ExecStart=/bin/x\nEnvironment=ID=%m", "web.service"))).toEqual([
      "web.service:3:1: Service.Environment: has %m, which only systemd can tell; write what it stands for, or %% for a percent sign",
    ]);
  });
});

test("a list in code that holds what is no text is told, whatever it is", () => {
  for (const value of [Object.create(null), { toString: 5 }, null, []]) {
    const service = { ExecStart: ["/bin/x"], Nice: [value], X: [value] };
    expect(errorsOf(importValue({ Service: service }, { ...places, format: "systemd" }))).not.toEqual([]);
  }
});
