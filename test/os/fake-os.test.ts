import { FakeOs } from "../../src/testing/fake-os.js";
import type { FakeProgram } from "../../src/testing/fake-process.js";
import { describeOsContract, type ProgramKind } from "./os-contract.js";

const programs: Record<ProgramKind, FakeProgram> = {
  sleeps: () => undefined,
  "exits 3": (process) => process.end(3),
  "ignores SIGTERM": (process) => {
    process.onSignal("SIGTERM");
    process.write("stdout", "ready\n");
  },
  "has a child that ignores SIGTERM": (process) => {
    process.fork((child) => child.onSignal("SIGTERM"));
    process.write("stdout", "ready\n");
  },
  "listens at $SOCKET_PATH": (process) => {
    process.listen(process.request.env["SOCKET_PATH"] ?? "");
    process.write("stdout", "ready\n");
  },
  echoes: (process) => {
    process.stdin?.on("data", (chunk: Buffer) => process.write("stdout", chunk.toString()));
  },
};

for (const isPrivileged of [true, false])
  describeOsContract(isPrivileged ? "FakeOs" : "FakeOs, not as root", () => {
    const os = new FakeOs({ programs, directories: ["/"], users: ["0"], isPrivileged });
    return {
      isPrivileged,
      os,
      program: (kind) => ({ file: kind, args: [] }),
      cwd: "/",
      settle: (promise) => promise,
      startForeign: () => Promise.resolve(os.addForeign("foreign").identity.pid),
      seesKernel: true,
    };
  });
