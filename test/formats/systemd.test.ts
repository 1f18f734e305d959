import { expect, test } from "vitest";
import { importText } from "../../src/formats/import-text.js";
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
LimitNOFILE=1000

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
    "dropped Service.LimitNOFILE: drover sets no limits of the kernel: run it by sh -c with ulimit",
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
  ["EnvironmentFile=-/x", "approximated Service.EnvironmentFile: a missing file fails the start, also after -"],
  ["TimeoutStopSec=infinity", "approximated Service.TimeoutStopSec: 24 hours"],
])("%s is told", (line, loss) => {
  const imported = read(unit(line));
  expect(errorsOf(imported)).toEqual([]);
  expect(lossesOf(imported)).toEqual([loss]);
});

test("mistakes have their lines", () => {
  const text = "[Service]\nExecStart=/x 'open\nRestart=often\nTimeoutStopSec=soon\nNice=50\n";
  expect(errorsOf(read(text))).toEqual([
    "units/web.service:2:1: Service.ExecStart: a quote or a backslash at character 4 has no end; expected one command line",
    'units/web.service:3:1: Service.Restart: unknown word "often"; expected one of no, always, on-failure, on-success, on-abnormal, on-abort, on-watchdog',
    'units/web.service:4:1: Service.TimeoutStopSec: "soon" is no time span; expected such as 5, 90s or 1min 30s',
    "units/web.service:5:1: Service.Nice: 50 is out of range; expected -20 to 19",
  ]);
  expect(errorsOf(importText("[Service\nx\n", { ...places, format: "systemd" }))[0]).toContain(
    "f:1:1: this line cannot be read",
  );
});
