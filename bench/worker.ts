import { benchmarks } from "./benchmarks.js";

// Runs one benchmark in a program of its own and sends its rows to the program that forked it, or prints them:
// `node --expose-gc --cpu-prof temp/bench/worker.js start` profiles a single one.

const [name = "", size] = process.argv.slice(2);
const benchmark = benchmarks[name];
if (benchmark === undefined) throw new Error(`no benchmark is named "${name}"`);
// Watching holds no program open, and some benchmarks do nothing but watch.
const held = setInterval(() => undefined, 2 ** 30);
const rows = await benchmark({ isTiny: size === "tiny" });
clearInterval(held);
if (process.send === undefined) console.log(rows);
else process.send(rows);
