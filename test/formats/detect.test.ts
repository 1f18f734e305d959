import { expect, test } from "vitest";
import { detectFormatName } from "../../src/formats/import-text.js";

test.each([
  ["processman", '// mine\n[{ "id": "a", "script": "a.py", "cwd": "." }]'],
  ["proxy", "processes:\n  a: { command: x, args: [y], healthCheck: { enabled: true } }"],
  ["proxy", "a: { command: x, restartPolicy: { delay: 1 } }"],
  ["tuix", '{ "processManager": { "processes": [] } }'],
  ["tuix", '[{ "name": "a", "command": "x", "autorestart": true }]'],
  ["cn-infra", '{ "name": "a", "cmd": "x" }'],
  ["cn-infra", "template-path: /tmp/template/"],
  ["ally", '{ "name": "a", "daemon": { "command": "x", "args": [] } }'],
  ["ally", '{ "name": "a", "daemon": { "command": "x" } }'],
  ["ally", '{ "pluginName": "a", "socketPath": "/s" }'],
  ["procfile", "# x\nweb: ./serve --port $PORT\n"],
  [undefined, "key: value\nother: [1, 2]"],
  [undefined, "42"],
])("%s: %s", (format, text) => {
  expect(detectFormatName(text)).toBe(format);
});
