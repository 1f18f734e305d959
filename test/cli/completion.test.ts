import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findPosition } from "../../src/cli/command-line.js";
import { createProgram } from "../../src/cli/program.js";
import type { Terminal } from "../../src/cli/terminal.js";
import { unquoteWord } from "../../src/cli/unquote-word.js";
import { type Outcome, run } from "../repo/run.js";
import { cli, daemon, type Place, place, sleeper } from "./daemon.js";

const program = createProgram({} as Terminal, () => undefined);

/** What `drover __complete` tells, without the texts beside it. */
async function complete(here: Place, ...words: readonly string[]): Promise<readonly string[]> {
  const answer = await here.done("__complete", "--", ...words);
  return answer
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replace(/(?<=.)\t.*/, ""));
}

describe("the word at the end of a line", () => {
  test.each([
    [["lo"], "command"],
    [["ps", ""], "command"],
    [["list", ""], "argument name"],
    [["stop", "a", "b", ""], "argument name"],
    [["status", "web", ""], "nothing"],
    [["stop", "-"], "option"],
    [["stop", "--", "-"], "argument name"],
    [["stop", "--group", ""], "argument group"],
    [["stop", "--group", "x", ""], "argument name"],
    [["stop", "--group=x"], "argument group"],
    [["stop", "--all=x"], "nothing"],
    [["stop", "--nope=x"], "nothing"],
    [["logs", "-n", ""], "argument number"],
    [["logs", "-fn", ""], "argument number"],
    [["logs", "-n5", ""], "argument names"],
    [["logs", "--lines=5", ""], "argument names"],
    [["doctor", "--stop", "a", "b", ""], "argument name"],
    [["doctor", "--stop", "a", "--json", ""], "nothing"],
    [["signal", "HUP", ""], "argument name"],
    [["help", ""], "argument command"],
    [[], "command"],
  ])("of %j is %s", (words, expected) => {
    const found = findPosition(program, words).expected;
    expect(found.kind === "value" ? `argument ${found.placeholder}` : found.kind).toBe(expected);
  });

  test("is read without its quotes", () => {
    const words = ["'a b'", '"a b"', "a\\ b", "a' 'b", "'a b", '"a b', "a\\", '"\\$x"', "'\\x'"];
    expect(words.map(unquoteWord)).toEqual(["a b", "a b", "a b", "a b", "a b", "a b", "a", "$x", "\\x"]);
  });
});

describe("drover __complete", () => {
  test("knows every command and option of the program without a manager, and no names", async () => {
    const here = place();
    const shown = program.commands.map((command) => command.name()).filter((name) => !name.startsWith("_"));
    expect([...(await complete(here, ""))].sort()).toEqual([...shown, "help"].sort());
    expect(await complete(here, "st")).toEqual(
      ["startup", "status", "start", "stop"].filter((name) => shown.includes(name)),
    );
    expect(await complete(here, "logs", "--st")).toEqual(["--state-dir", "--stdout", "--stderr"]);
    expect(await complete(here, "wait", "--for", "")).toEqual(["ready", "exited"]);
    expect(await complete(here, "signal", "HU")).toEqual(["HUP"]);
    expect(await complete(here, "completion", "")).toEqual(["bash", "zsh", "fish"]);
    expect(await complete(here, "validate", "t")).toEqual(["\tfiles"]);
    expect(await complete(here, "up", "--state-dir", "")).toEqual(["\tdirectories"]);
    expect(await complete(here, "stop", "")).toEqual([]);
    expect(await complete(here, "nonsense", "--x", "")).toEqual([]);
    // Not even a wrong use of it is an error: nobody would see more than a broken line.
    expect(await here.drover("__complete", "--nope")).toMatchObject({ status: 0, stderr: "" });
  });

  test("knows the names and groups of the manager, and leaves out what was named already", async () => {
    const here = await daemon(
      { name: "web", ...sleeper, group: "front", title: "The web" },
      { name: "w@rker", ...sleeper, group: "back" },
    );
    expect(await complete(here, "stop", "w")).toEqual(["w@rker", "web"]);
    expect(await complete(here, "stop", "web", "")).toEqual(["w@rker"]);
    expect(await complete(here, "status", "we")).toEqual(["web"]);
    expect(await here.done("__complete", "--", "stop", "we")).toBe("web\tinitial, The web\n");
    expect(await complete(here, "start", "--group=f")).toEqual(["--group=front"]);
    expect(await complete(here, "start", "--group", "")).toEqual(["back", "front"]);
    expect(await complete(here, "stop", "--state-dir", "nowhere", "")).toEqual([]);
    const inBash = await inShell(
      here,
      "bash",
      `${bashScene}; at "drover stop w@r" @r drover stop w @ r; at "drover stop w@" @ drover stop w @`,
    );
    expect(inBash.stdout).toBe("<@rker>\n<@rker>\n");
  });
});

/** Runs a script with a `drover` on PATH. */
async function inShell({ path }: Place, shell: string, script: string, isFake = false): Promise<Outcome> {
  const bin = join(path, isFake ? "fake" : "bin");
  mkdirSync(bin, { recursive: true });
  const completion = `if [ "$1" = completion ]; then exec "${process.execPath}" "${cli}" "$@"; fi\n`;
  const body = isFake ? `${completion}printf '%s\\t%s\\n' ${strange}` : `exec "${process.execPath}" "${cli}" "$@"`;
  writeFileSync(join(bin, "drover"), `#!/bin/sh\n${body}\n`);
  chmodSync(join(bin, "drover"), 0o755);
  const outcome = await run(shell, ["-c", script], { cwd: path, env: { PATH: `${bin}:${process.env["PATH"]}` } });
  expect(outcome, script).toMatchObject({ status: 0, stderr: "" });
  return outcome;
}

/** No name of a process is like these; should one ever be, nothing of it may be run. */
const strange = "'$(touch evil)' 'x' '`touch evil`' x 'a;touch evil' x \"it's\" x 'say \"x\"' x";

/** As bash does it: the line, what of its last word is going to be replaced, and the words it has split the line into. */
const bashScene = `source <(drover completion bash)
at() {
  COMP_LINE=$1; COMP_POINT=\${#1}; replaced=$2; shift 2; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
  _drover drover "$replaced" "\${COMP_WORDS[COMP_CWORD - 1]}"; printf '<%s>' "\${COMPREPLY[@]}"; echo
}`;

describe("the script for bash", () => {
  test("completes a line, however bash has split it", async () => {
    const here = place();
    const { stdout } = await inShell(
      here,
      "bash",
      `${bashScene}
at "drover va" va drover va
at "drover wait --for=r" r drover wait --for = r
at "drover wait --for=" "" drover wait --for =
at "drover wait --for 're" re drover wait --for "'re"
at "drover   wait  --for " "" drover wait --for ""
at "drover stop " "" drover stop ""
at "drover wait --for='re" re drover wait --for = "'re"
unset COMP_LINE COMP_POINT
COMP_WORDS=(drover completion z); COMP_CWORD=2; _drover; echo "\${COMPREPLY[@]}"`,
    );
    expect(stdout).toBe("<validate>\n<ready>\n<ready><exited>\n<ready>\n<ready><exited>\n<>\n<ready>\nzsh\n");
  });

  test("leaves files and directories to bash", async () => {
    const { stdout } = await inShell(
      place(),
      "bash",
      `${bashScene}
compopt() { echo "$@"; }
at "drover validate x" x drover validate x
at "drover up --state-dir " "" drover up --state-dir ""`,
    );
    expect(stdout).toBe("-o default\n<>\n-o dirnames\n<>\n");
  });

  test("quotes what a shell would take for more than a word, and runs none of it", async () => {
    const here = place();
    const { stdout } = await inShell(
      here,
      "bash",
      `${bashScene}
at "drover stop " "" drover stop ""
eval "words=(\${COMPREPLY[*]})"; printf '%s|' "\${words[@]}"; echo
at "drover stop '" "" drover stop "'"
at 'drover stop "' "" drover stop '"'`,
      true,
    );
    const [quoted, evaluated, single, double] = stdout.split("\n");
    expect(quoted).toBe(String.raw`<\$\(touch\ evil\)><\`touch\ evil\`><a\;touch\ evil><it\'s><say\ \"x\">`);
    expect(evaluated).toBe('$(touch evil)|`touch evil`|a;touch evil|it\'s|say "x"|');
    expect(single).toBe('<$(touch evil)><`touch evil`><a;touch evil><say "x">');
    expect(double).toBe("<a;touch evil><it's>");
    expect(existsSync(join(here.path, "evil"))).toBe(false);
  });
});

function isMissing(shell: string): boolean {
  return spawnSync(shell, ["-c", "true"]).status !== 0;
}

const zshScene = `autoload -U compinit; compinit -D -u
source <(drover completion zsh)
compadd() { print -rl -- "\${(@P)@[-1]}" }
_files() { print -r -- "_files $*" }`;

test("the script for zsh completes a line, and runs nothing of it", async ({ skip }) => {
  if (isMissing("zsh")) skip("there is no zsh here");
  const here = place();
  const { stdout } = await inShell(
    here,
    "zsh",
    `${zshScene}
words=(drover wait --for ''); CURRENT=4; _drover
words=(drover up --state-dir ''); CURRENT=4; _drover
words=(drover validate ''); CURRENT=3; _drover
words=(drover stop ''); CURRENT=3; _drover; true`,
  );
  expect(stdout).toBe("ready\nexited\n_files -/\n_files \n");
  const odd = await inShell(here, "zsh", `${zshScene}\nwords=(drover stop ''); CURRENT=3; _drover`, true);
  expect(odd.stdout).toBe('$(touch evil)\n`touch evil`\na;touch evil\nit\'s\nsay "x"\n');
  expect(existsSync(join(here.path, "evil"))).toBe(false);
});

test("the script for fish completes a line, and runs nothing of it", async ({ skip }) => {
  if (isMissing("fish")) skip("there is no fish here");
  const here = place();
  const scene = "set -x HOME $PWD; source (drover completion fish | psub)";
  const { stdout } = await inShell(
    here,
    "fish",
    `${scene}; complete -C "drover wait --for r"; complete -C "drover validate templ"; complete -C "drover stop "`,
  );
  expect(stdout).toBe("ready\ntemplates/\n");
  const odd = await inShell(here, "fish", `${scene}; complete -C "drover stop "`, true);
  expect(odd.stdout.split("\n")).toContain("$(touch evil)\tx");
  expect(existsSync(join(here.path, "evil"))).toBe(false);
});
