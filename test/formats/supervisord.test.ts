import { describe, expect, test } from "vitest";
import { detectFormatName, type ImportOptions, importText } from "../../src/formats/import-text.js";
import { supervisord } from "../../src/formats/supervisord/supervisord.js";
import { errorsOf, lossesOf, namesOf, onlyJson, onlyTemplate, places } from "./told.js";

const env = { HOME: "/home/me", PORT: "8000", TOKEN: "s3cret" };
const read = (text: string, options: ImportOptions = {}) =>
  importText(text, { ...places, env, format: "supervisord", ...options });
const program = (settings: string) => `[program:web]\ncommand=/bin/web\n${settings}\n`;
const one = (settings: string) => onlyTemplate(program(settings), { env });
const json = (settings: string) => onlyJson(program(settings), { env });
const losses = (settings: string) => {
  const imported = read(program(settings));
  expect(errorsOf(imported)).toEqual([]);
  return lossesOf(imported).map((loss) => loss.replace('["program:web"].', ""));
};

test("a program with everything", () => {
  const imported = read(`; ours
[supervisord]
environment=MODE="production",PORT="9"
[program:web]
command = /usr/bin/node --title "my server" 'a b' c\\ d | $HOME * ; behind a blank this is a comment
  --more=a;b#c
directory = app
environment = PORT="80%%",URL='http://x/,y',PATH="%(ENV_HOME)s/bin:$x",EMPTY=""
user = www
priority = 5
autostart = off
autorestart = unexpected
exitcodes = 0, 2
startsecs = 4
startretries = 3
stopsignal = QUIT
stopwaitsecs = 20
stopasgroup = yes
stdout_logfile = logs/web.log
stdout_logfile_maxbytes = 1MB
stdout_logfile_backups = 4
redirect_stderr = true
[group:site]
programs = web
`);
  expect(errorsOf(imported)).toEqual([]);
  expect(imported.format).toBe("supervisord");
  expect(imported.templates[0]).toMatchObject({
    ...{ name: "web", group: "site", runOnStartup: false, cwd: "/host/app", runAs: { user: "www" } },
    program: { kind: "command", command: "/usr/bin/node", shell: false },
    args: ["--title", "my server", "a b", "c d", "|", "$HOME", "*", "--more=a;b#c"],
    env: { MODE: "production", PORT: "80%", URL: "http://x/,y", PATH: "${HOME}/bin:$$x", EMPTY: "" },
    restart: {
      ...{ mode: "ON_FAILURE", maxRestarts: 3, resetAfterMs: 4000, successExitCodes: [0, 2] },
      backoff: { initialMs: 1000, multiplier: 2, maxMs: 3000 },
    },
    stop: { signal: "SIGQUIT", gracePeriodMs: 20_000 },
    logs: { stdout: "/host/logs/web.log", stderr: "/host/logs/web.log", maxSizeBytes: 1024 * 1024, maxFiles: 5 },
  });
});

test("what is left out means what the documentation of supervisord says", () => {
  expect(one("")).toMatchObject({
    ...{ name: "web", args: [], group: "", cwd: "/host", env: {}, instances: 1, runOnStartup: true },
    restart: {
      ...{ mode: "ON_FAILURE", successExitCodes: [0], resetAfterMs: 1000, maxRestarts: 3 },
      backoff: { initialMs: 1000, multiplier: 2, maxMs: 3000 },
    },
    stop: { signal: "SIGTERM", gracePeriodMs: 10_000 },
    logs: { stdout: undefined, stderr: undefined, maxSizeBytes: 50 * 1024 * 1024, maxFiles: 11 },
  });
});

test.each([
  ["autorestart", "unexpected"],
  ["autostart", "true"],
  ["exitcodes", "0"],
  ["killasgroup", "false"],
  ["numprocs", "1"],
  ["numprocs_start", "0"],
  ["priority", "999"],
  ["process_name", "%(program_name)s"],
  ["redirect_stderr", "false"],
  ["serverurl", "AUTO"],
  ["startretries", "3"],
  ["startsecs", "1"],
  ["stderr_capture_maxbytes", "0"],
  ["stderr_events_enabled", "false"],
  ["stderr_logfile", "AUTO"],
  ["stderr_logfile_backups", "10"],
  ["stderr_logfile_maxbytes", "50MB"],
  ["stderr_syslog", "false"],
  ["stdout_capture_maxbytes", "0"],
  ["stdout_events_enabled", "false"],
  ["stdout_logfile", "AUTO"],
  ["stdout_logfile_backups", "10"],
  ["stdout_logfile_maxbytes", "50MB"],
  ["stdout_syslog", "false"],
  ["stopasgroup", "false"],
  ["stopsignal", "TERM"],
  ["stopwaitsecs", "10"],
])("%s=%s is what leaving it out means", (key, value) => {
  expect(json(`${key}=${value}`)).toEqual(json(""));
  expect(read(program(`${key}=${value}`)).report.filter(({ outcome }) => outcome === "dropped")).toEqual([]);
});

test("every documented setting of a program has a rule", () => {
  const fields = supervisord.rules.map(({ field }) => field);
  expect(fields.filter((field) => field !== "group:x").sort()).toEqual([
    ...["autorestart", "autostart", "command", "directory", "environment", "exitcodes", "killasgroup", "numprocs"],
    ...["numprocs_start", "priority", "process_name", "redirect_stderr", "serverurl", "startretries", "startsecs"],
    ...["stderr_capture_maxbytes", "stderr_events_enabled", "stderr_logfile", "stderr_logfile_backups"],
    ...["stderr_logfile_maxbytes", "stderr_syslog", "stdout_capture_maxbytes", "stdout_events_enabled"],
    ...["stdout_logfile", "stdout_logfile_backups", "stdout_logfile_maxbytes", "stdout_syslog", "stopasgroup"],
    ...["stopsignal", "stopwaitsecs", "umask", "user"],
  ]);
});

describe("what is told", () => {
  const nothingTried = "with autorestart=false a start that fails is not tried again";
  test.each([
    [
      "priority=1",
      "approximated priority: processes are listed and started in its order, without waiting: write dependsOn where one needs another",
    ],
    ["autorestart=true", "approximated autorestart: it is restarted a second after it has ended, not at once"],
    ["startsecs=5", "approximated startsecs: an end before with an expected exit code is not tried again"],
    ["autorestart=false\nstartretries=1", `approximated startretries: ${nothingTried}`],
    [
      "startretries=0",
      "approximated startretries: one restart: with none drover would give up on a process that was up, too",
    ],
    [
      "startretries=10",
      "approximated startretries: the restart of a process that was up is the first of them; the delays are 1, 2, 4 … seconds, up to 10",
    ],
    ["stopwaitsecs=0", "approximated stopwaitsecs: a second, as the signal has to arrive"],
    ["killasgroup=no", "approximated killasgroup: the whole tree is always stopped"],
    ["stdout_syslog=true", "dropped stdout_syslog: drover writes to no syslog: pipe it into logger(1)"],
    ["stdout_logfile=syslog", "dropped stdout_logfile: drover writes to no syslog, and keeps a log of its own"],
    [
      "stderr_capture_maxbytes=1MB",
      "dropped stderr_capture_maxbytes: what a process writes makes no events: follow its log",
    ],
    [
      "stderr_logfile_maxbytes=1MB",
      "approximated stderr_logfile_maxbytes: both streams have the value of standard output",
    ],
    ["serverurl=http://x", "dropped serverurl: drover has no XML-RPC: programs can use its REST API"],
    [
      "redirect_stderr=true",
      "approximated redirect_stderr: each stream has a log of its own; `drover logs` shows both",
    ],
    ["colour=red", "dropped colour: drover knows no such field of supervisord"],
    [
      "startsecs=1\nstartsecs=0",
      "dropped startsecs[0]: the same key is given again further down, and the last one counts",
    ],
  ])("%s", (settings, loss) => {
    expect(losses(settings)).toContain(loss);
  });

  test("sections that are no programs, each with what there is instead", () => {
    const sections = [
      "eventlistener:x",
      "fcgi-program:x",
      "rpcinterface:x",
      "unix_http_server",
      "supervisorctl",
      "other",
    ];
    const imported = read(`${sections.map((name) => `[${name}]\ncommand=x\n`).join("")}[supervisord]\nlogfile=/l\n`);
    expect(namesOf(imported)).toEqual([]);
    expect(errorsOf(imported)).toEqual([]);
    expect(imported.report.map(({ field, outcome, line }) => `${outcome} ${field} ${line}`)).toEqual([
      'dropped ["eventlistener:x"] 1',
      'dropped ["fcgi-program:x"] 3',
      'dropped ["rpcinterface:x"] 5',
      "dropped unix_http_server 7",
      "dropped supervisorctl 9",
      "dropped other 11",
      "dropped supervisord.logfile 14",
    ]);
    expect(imported.report.every(({ note }) => note !== "")).toBe(true);
  });
});

describe("logs", () => {
  test.each([
    ["stdout_logfile=NONE\nstderr_logfile=off", { mode: "DISCARD" }],
    ["stdout_logfile=NONE\nredirect_stderr=1", { mode: "DISCARD" }],
    ["stdout_logfile=none", { stdout: "/dev/null" }],
    ["stdout_logfile=/dev/stdout\nstderr_logfile=/dev/stderr", { mode: "INHERIT" }],
    ["stdout_logfile=/dev/fd/1\nstdout_logfile_maxbytes=0\nredirect_stderr=true", { mode: "INHERIT" }],
    ["stdout_logfile=~/x.log\nstderr_logfile=/y.log", { stdout: "/home/me/x.log", stderr: "/y.log" }],
    ["stdout_logfile=/x\nredirect_stderr=true\nstderr_logfile=/y", { stdout: "/x", stderr: "/x" }],
    ["stdout_logfile=/a%%%%b/%(program_name)s.log", { stdout: "/a%b/web.log" }],
    ["stdout_logfile_maxbytes=0", { maxSizeBytes: 2 ** 52 }],
    ["stdout_logfile_maxbytes=10", { maxSizeBytes: 1024 }],
    ["stdout_logfile_backups=0", { maxFiles: 1 }],
    ["stdout_logfile_backups=5000", { maxFiles: 1000 }],
    ["stdout_logfile=NONE\nstderr_logfile_maxbytes=2KB", { maxSizeBytes: 2048 }],
  ])("%s", (settings, logs) => {
    expect(one(settings).logs).toMatchObject(logs);
  });
});

describe("restarts", () => {
  test.each([
    ["autorestart=TRUE", { mode: "ALWAYS" }],
    ["autorestart=0", { mode: "NEVER" }],
    ["exitcodes=", { mode: "ALWAYS" }],
    ["startsecs=0", { resetAfterMs: 0 }],
    ["startretries=0", { maxRestarts: 1, backoff: { maxMs: 1000 } }],
    ["startretries=100", { maxRestarts: 100, backoff: { maxMs: 30_000 } }],
  ])("%s", (settings, restart) => {
    expect(one(settings).restart).toMatchObject(restart);
  });
});

test("an umask is set by a shell that becomes the program", () => {
  expect(one("umask=027")).toMatchObject({ program: { command: "umask 027; exec", shell: true }, args: ["/bin/web"] });
  const daemon = "[supervisord]\numask=077\nuser=app\ndirectory=/srv\n";
  const set = { program: { command: "umask 077; exec" }, runAs: { user: "app" }, cwd: "/srv" };
  expect(onlyTemplate(daemon + program(""))).toMatchObject(set);
  const own = program("user=me\numask=022\ndirectory=x");
  const overridden = { program: { command: "umask 022; exec" }, runAs: { user: "me" }, cwd: "/srv/x" };
  expect(onlyTemplate(daemon + own)).toMatchObject(overridden);
  expect(onlyTemplate(`${daemon}nodaemon=true\n${program("")}`).cwd).toBe("/host");
});

test("mistakes have their places, and the other programs load", () => {
  const imported = read(`[program:good]
command=x
[program:no command]
[program:bad]
command=x "open
autostart=maybe
 startsecs=1
exitcodes=0,256
stopsignal = TREM
environment=A
umask=9
stopasgroup=true
killasgroup=false
stdout_logfile_maxbytes=5TB
autorestart=often
[program:empty]
[group:g]
programs=good,gone
priority=high
[include]
file=x
`);
  expect(imported.templates.map(({ name, group }) => [name, group])).toEqual([["good", "g"]]);
  expect(errorsOf(imported)).toEqual([
    'f:3:1: ["program:no command"]: cannot be called "no command"; expected a name without blanks, colons and slashes',
    'f:5:9: ["program:bad"].command: the quote " at character 3 is never closed; expected a program and its arguments, without a shell',
    'f:6:11: ["program:bad"].autostart: is the text "maybe\\nstartsecs=1"; expected one of true, yes, on, 1, false, no, off, 0',
    'f:8:11: ["program:bad"].exitcodes: is the text "0,256"; expected exit codes from 0 to 255, with commas',
    'f:9:14: ["program:bad"].stopsignal: unknown signal "TREM"; expected a signal such as SIGTERM or SIGINT; did you mean "SIGTERM"?',
    'f:10:13: ["program:bad"].environment: cannot be read at "A"; expected KEY="value",KEY2="value": quote a value that has other characters than letters, digits and _ / . + - ( ) :',
    'f:11:7: ["program:bad"].umask: is the text "9"; expected octal digits such as 022',
    'f:12:13: ["program:bad"].stopasgroup: cannot be true with killasgroup=false; leave killasgroup out',
    'f:14:25: ["program:bad"].stdout_logfile_maxbytes: is the text "5TB"; expected a number of bytes, such as 1048576, 512KB or 50MB',
    'f:15:13: ["program:bad"].autorestart: is the text "often"; expected true, false or unexpected',
    'f:16:1: ["program:empty"].command: is missing; expected the program that is run',
    'f:18:10: ["group:g"].programs: no section [program:gone] is there; expected names of programs, with commas between them',
    'f:19:10: ["group:g"].priority: is the text "high"; expected a whole number',
    "f:20:1: include.files: is missing; expected files and patterns",
  ]);
});

test("a mistake in what all programs have keeps them all out", () => {
  const imported = read(`[supervisord]\numask=8\nenvironment=A\nnodaemon=perhaps\n${program("")}`);
  expect(namesOf(imported)).toEqual([]);
  expect(errorsOf(imported)).toEqual([
    'f:2:7: supervisord.umask: is the text "8"; expected octal digits such as 022',
    'f:3:13: supervisord.environment: cannot be read at "A"; expected KEY="value",KEY2="value": quote a value that has other characters than letters, digits and _ / . + - ( ) :',
    'f:4:10: supervisord.nodaemon: is the text "perhaps"; expected one of true, yes, on, 1, false, no, off, 0',
  ]);
});

test.each([
  ["supervisord", "[program:x]\ncommand=y"],
  ["supervisord", "\uFEFF; c\n\n[supervisord]\nnodaemon=true"],
  ["supervisord", "[include]\nfiles = conf.d/*.conf"],
  ["systemd", "[Service]\nExecStart=/x"],
  [undefined, "[include]\npath = other"],
  [undefined, '{ "program:x": { "command": "y" } }'],
])("a file of %s is told by its content: %s", (format, text) => {
  expect(detectFormatName(text)).toBe(format);
});

test("a program with a line that cannot be read is none, and the others are imported", () => {
  const bad = "[program:bad]\ncommand=x\nuser nobody\n=root\nuser=root\n";
  const imported = read(`${bad}[group:all]\nprograms=bad,good\n[program:good]\ncommand=y\n`);
  expect(errorsOf(imported)).toEqual([
    "f:3:1: this line cannot be read; expected [section] or key=value",
    "f:4:1: this line cannot be read; expected [section] or key=value",
  ]);
  expect(namesOf(imported)).toEqual(["good"]);
  expect(imported.templates[0]?.group).toBe("all");
  // A header that is not closed would give its settings to the program above it.
  expect(namesOf(read("[program:a]\ncommand=x\n[program:b\ncommand=y\n[program:c]\ncommand=z\n"))).toEqual(["c"]);
});

test.each(["supervisord", "DEFAULT"])("a line of [%s] that cannot be read might be about every program", (section) => {
  const imported = read(`[${section}]\nuser nobody\n[program:web]\ncommand=x\n`);
  expect(errorsOf(imported)).toEqual(["f:2:1: this line cannot be read; expected [section] or key=value"]);
  expect(namesOf(imported)).toEqual([]);
});

test.each([
  ["[program:web]\ncommand=x\nno\nsense\n", "f:3:1: this line cannot be read; expected [section] or key=value"],
  ["[program:web]\ncommand=x\nnonsense\n", "f:3:1: this line cannot be read; expected [section] or key=value"],
  ["# c\n\n[program:web\ncommand=x\n", "f:3:1: stands before any section; expected a line such as [program:web]"],
  ["[Service\nx\n", "f:1:1: this line cannot be read; expected [section] or key=value"],
])("what is meant as sections is told as such: %s", (text, error) => {
  expect(errorsOf(importText(text, places))).toContain(error);
});
