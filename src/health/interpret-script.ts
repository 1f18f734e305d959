import { basename } from "node:path";
import type { SpawnRequest } from "../os/os.js";
import type { Interpreter } from "./probe.js";

/** What interpreters that take a script as an argument call that option, by their name without its version. */
const textOptions: ReadonlyMap<string, string> = new Map([
  ["node", "-e"],
  ["nodejs", "-e"],
  ["bun", "-e"],
  ["tsx", "-e"],
  ["perl", "-e"],
  ["ruby", "-e"],
  ["python", "-c"],
  ["pypy", "-c"],
  ["sh", "-c"],
  ["bash", "-c"],
  ["dash", "-c"],
  ["zsh", "-c"],
]);

/** What runs the text of a script: the interpreter, when it is known how it takes a text, else `/bin/sh`. */
export function interpretScript(text: string, interpreter?: Interpreter): Pick<SpawnRequest, "file" | "args"> {
  const option = interpreter === undefined ? undefined : textOptions.get(nameOf(interpreter.file));
  if (interpreter === undefined || option === undefined) return { file: "/bin/sh", args: ["-c", text] };
  return { file: interpreter.file, args: [...interpreter.args, option, text] };
}

/** `python` of `/usr/bin/python3.11`. */
function nameOf(file: string): string {
  return basename(file).replace(/[-.\d]*$/, "");
}
