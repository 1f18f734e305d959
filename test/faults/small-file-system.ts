import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SmallFileSystem extends Disposable {
  readonly path: string;
  remount(mode: "ro" | "rw"): void;
}

/** Mounts a tmpfs of this size on a new directory until the end of the block. */
export function mountTmpfs(path: string, size: string): SmallFileSystem {
  mkdirSync(path);
  change("mount", ["-t", "tmpfs", "-o", `size=${size},mode=755`, "drover-test", path]);
  return {
    path,
    remount: (mode) => change("mount", ["-o", `remount,${mode}`, path]),
    // Lazily: a process a failed test has left there must not keep it from being unmounted.
    [Symbol.dispose]: () => change("umount", ["--lazy", path]),
  };
}

/** It takes root, and a container that allows it. */
export function canMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), "drover-test-"));
  try {
    using _mounted = mountTmpfs(join(directory, "probe"), "64k");
    return true;
  } catch {
    return false;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function change(program: "mount" | "umount", args: readonly string[]): void {
  execFileSync(program, args, { stdio: "pipe" });
}
