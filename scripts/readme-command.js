import { existsSync, readFileSync } from "node:fs";

// Prints the README's own command for `npm start` or `npm test`: what CI runs is what a reader is told to run.
const [wanted] = process.argv.slice(2);
if (wanted !== "start" && wanted !== "test") fail("usage: node scripts/readme-command.js start|test");
if (!existsSync("README.md")) fail("README.md is missing: it holds the commands");

const fences = [...readFileSync("README.md", "utf8").matchAll(/^```sh ci\n(.*?)^```$/gms)].map(([, code]) => code);
const lines = fences.flatMap((code) => code.split("\n")).map((line) => line.replace(/\s+#.*$/, "").trim());
const command = lines.find((line) => new RegExp(`\\bnpm ${wanted}\\b`).test(line));
if (command === undefined) fail(`README.md has no line with "npm ${wanted}" in a fence that begins with \`\`\`sh ci`);
console.log(command);

function fail(reason) {
  console.error(reason);
  process.exit(2);
}
