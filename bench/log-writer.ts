import { writeSync } from "node:fs";

// Writes COUNT numbered lines of 100 bytes to its output, each with a call of its own as a program does that wants none of them
// lost, and tells on standard error how many milliseconds that took: `log-writer.js COUNT`.

const count = Number(process.argv[2]);
const filler = "x".repeat(90);
const begunMs = performance.now();
for (let line = 0; line < count; line++) writeSync(1, `${String(line).padStart(8, "0")} ${filler}\n`);
writeSync(2, `${performance.now() - begunMs}\n`);
