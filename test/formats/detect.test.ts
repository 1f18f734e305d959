import { expect, test } from "vitest";
import { detectFormatName, importText } from "../../src/formats/import-text.js";

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

test.each([
  ["ecosystem.json", '{ "script": "app.js", "watch": true }', "pm2"],
  ["/app/ecosystem.config.json", "{}", "pm2"],
  ["process-compose.yml", "extends: other.yml", "process-compose"],
  ["process-compose.dev.yaml", "web: ./serve", "process-compose"],
  ["compose.yaml", "name: shop", "docker-compose"],
  ["docker-compose.override.yml", "include: [a.yml]", "docker-compose"],
  ["Procfile.yaml", "web: ./serve", "procfile"],
  ["web.yaml", "web: ./serve", "procfile"],
  ["ecosystem.json", '{ "processManager": { "processes": [] } }', "tuix"],
  ["my-ecosystem.json", "{}", undefined],
  ["ecosystem.md", "{}", undefined],
])("the name of %s counts where its content is no other system's: %j", (file, text, format) => {
  expect(detectFormatName(text, file)).toBe(format);
});

test.each([
  ["Procfile", "web:\njunk here\nmore junk\n", "procfile", 3],
  ["/app/Procfile.dev", "junk\n", "", 1],
  ["x.service", "junk\n", "", 1],
  ["x.service", "[Unit]\nDescription=x\n", "systemd", 1],
  ["processes", "web:\njunk here\nmore junk\n", "", 2],
])("what the content of %s does not tell, its name does: %j", (file, text, format, count) => {
  const imported = importText(text, { file });
  expect(imported.format).toBe(format);
  expect(imported.errors).toHaveLength(count);
  if (file !== "processes") expect(imported.errors.map(String).join("\n")).not.toMatch(/YAML|JSON/);
});
