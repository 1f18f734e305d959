import { expect, test } from "vitest";
import { exporters, exportTemplates } from "../../src/formats/export-templates.js";
import { messageOf, messageType, rulesOf } from "../../src/template/schema.js";
import { lossesOf, templateOf } from "./exported.js";

const web = templateOf({ name: "web", command: "/bin/x" });

/** Every field a template can have, as a path. */
const fields = messageType("ProcessTemplate").fieldsArray.flatMap((field) => {
  const inner = field.map || rulesOf(field).format !== undefined ? undefined : messageOf(field);
  const isSection = ["restart", "stop", "limits", "schedule", "logs", "affinity", "runAs"].includes(field.jsonName);
  return isSection && inner !== undefined
    ? inner.fieldsArray.map((each) => `${field.jsonName}.${each.jsonName}`)
    : [field.jsonName];
});

test.each(exporters)("$name says something of its own about every field of a template", ({ rules }) => {
  const known = rules.map(({ field }) => field);
  expect(fields.filter((field) => !known.some((one) => field === one || field.startsWith(`${one}.`)))).toEqual([]);
  expect(new Set(known).size).toBe(known.length);
});

test.each(exporters)("$name tells of a field that is not kept as it is why, or how", ({ rules }) => {
  const mute = rules.filter(({ outcome, note }) => outcome !== "mapped" && note === "");
  expect(mute).toEqual([]);
});

test.each(exporters)("a template of $name with its defaults alone loses nothing", ({ name }) => {
  const losses = lossesOf(exportTemplates([web], name)).filter((loss) => loss.startsWith("dropped"));
  expect(losses).toEqual([]);
});

test("an unknown system is answered with the known ones, and the one that was meant", () => {
  expect(() => exportTemplates([web], "upstart")).toThrow(
    'unknown format "upstart"; expected one of systemd, process-compose, pm2, kubernetes',
  );
  expect(() => exportTemplates([web], "kubernets")).toThrow('did you mean "kubernetes"?');
});

test("an image is for Kubernetes only", () => {
  expect(() => exportTemplates([web], "pm2", { image: "x" })).toThrow("PM2 runs no images; leave the image out");
});

test("two templates that would become one file are refused", () => {
  const two = [templateOf({ name: "a_b", command: "x" }), templateOf({ name: "a-b", command: "x" })];
  expect(() => exportTemplates(two, "kubernetes")).toThrow('"a_b" and "a-b" would both be a-b in Kubernetes');
  const units = [templateOf({ name: "web@", command: "x" }), templateOf({ name: "web", command: "x", instances: 2 })];
  expect(() => exportTemplates(units, "systemd")).toThrow("two templates would both become web@.service");
});
