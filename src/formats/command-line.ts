import type { Found, Verdict } from "./format.js";
import { wordOf } from "./kind.js";
import { needsShell, splitShellWords } from "./shell-words.js";

/** A command line becomes a program and its arguments; or a line for `/bin/sh -c`, when it says more than words. */
export function setCommandLine({ draft, value, path }: Found): Verdict | undefined {
  const line = wordOf(value);
  if (needsShell(line)) {
    draft.set("command", line, path);
    draft.set("shell", true, path);
    return { to: "command, shell", note: "the line needs a shell: it is run by /bin/sh -c" };
  }
  const split = splitShellWords(line);
  if ("message" in split) {
    draft.complain(path, { message: split.message, expected: "a command line" });
    return undefined;
  }
  const [command = "", ...args] = split.words;
  if (command === "") draft.complain(path, { message: "is empty", expected: "a command line" });
  else draft.set("command", command, path);
  if (args.length > 0) draft.set("args", args, path);
  return undefined;
}
