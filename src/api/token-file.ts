import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ProcessError } from "../errors.js";

/** Name of the file with the token in a state directory. */
const tokenName = "api-token";

/** Shorter ones could be tried out. */
const shortestToken = 16;

/**
 * The token in a file.
 *
 * @throws ProcessError BAD_REQUEST when the file cannot be read, or holds none
 */
export function readToken(path: string): string {
  let text = "";
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (cause) {
    const { message } = cause as Error;
    throw new ProcessError("BAD_REQUEST", `the token file ${path} cannot be read: ${message}`, { cause });
  }
  if (/^\S+$/.test(text) && text.length >= shortestToken) return text;
  const expected = `expected one word of at least ${shortestToken} characters`;
  throw new ProcessError("BAD_REQUEST", `the token file ${path} holds no token: ${expected}`);
}

/** The token kept in a state directory, made when there is none; only its owner can read it. Gives its file, too. */
export function keepToken(stateDir: string): { readonly path: string; readonly token: string } {
  const path = join(stateDir, tokenName);
  try {
    return { path, token: readToken(path) };
  } catch {
    const token = randomBytes(32).toString("base64url");
    const temporary = `${path}.tmp`;
    writeFileSync(temporary, `${token}\n`, { mode: 0o600, flush: true });
    renameSync(temporary, path);
    return { path, token };
  }
}
