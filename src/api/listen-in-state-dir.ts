import { chmodSync, renameSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { socketPathIn } from "./socket-path.js";

/**
 * Listens at the socket of a state directory, whose lock the caller holds; only the owner can connect. Whatever an earlier manager has
 * left there is replaced.
 *
 * The socket is made under another name and moved into place: nobody sees it with a wider mode, and when the server is closed, which
 * removes the name it was made with, the socket of a next manager is not removed by this one.
 */
export async function listenInStateDir(server: Server, stateDir: string, pid: number): Promise<string> {
  const path = socketPathIn(stateDir);
  // Not longer than the name it gets, so that it fits, too.
  const made = join(stateDir, `.s${pid}`);
  rmSync(made, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ path: made }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  chmodSync(made, 0o600);
  renameSync(made, path);
  return path;
}
