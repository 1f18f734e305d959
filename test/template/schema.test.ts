import type { Field, Type } from "protobufjs";
import { describe, expect, test } from "vitest";
import { defaultOf, innerDefaultsOf } from "../../src/template/defaults.js";
import {
  enumOf,
  fieldOfKey,
  isDuration,
  messageOf,
  messageType,
  oneofsOf,
  rulesOf,
} from "../../src/template/schema.js";
import { parseByteSize } from "../../src/units/byte-size.js";
import { parseDuration } from "../../src/units/duration.js";

/** All message types of a template, each once, with their fields. */
function reachable(type: Type, seen = new Set<Type>()): Type[] {
  if (seen.has(type)) return [];
  seen.add(type);
  const inner = type.fieldsArray.filter((field) => !isDuration(field)).flatMap((field) => messageOf(field) ?? []);
  return [type, ...inner.flatMap((message) => reachable(message, seen))];
}

const types = ["ProcessTemplates", "CnInfraTemplate"].flatMap((name) => reachable(messageType(name)));
const fields = types.flatMap((type) =>
  type.fieldsArray.map((field) => [`${type.name}.${field.jsonName}`, field] as const),
);

describe.each(fields)("%s", (_, field: Field) => {
  test("is explained in whole sentences", () => {
    expect(field.comment).toMatch(/^[A-Z`].*\.$/s);
  });

  test("has a default and limits that its own reader understands", () => {
    const { min, max } = rulesOf(field);
    expect(() => defaultOf(field, new Map())).not.toThrow();
    const parse = isDuration(field) ? parseDuration : rulesOf(field).format === "BYTES" ? parseByteSize : Number;
    for (const limit of [min, max]) if (limit !== undefined) expect(parse(limit)).toSatisfy(Number.isFinite);
    for (const name of innerDefaultsOf(field).keys()) {
      expect(fieldOfKey(messageOf(field) as Type, name)?.name).toBe(name);
    }
  });

  test("can tell a given value from none where the two differ", () => {
    const { default: text, always } = rulesOf(field);
    const optional = field.partOf !== null || field.repeated || messageOf(field) !== undefined;
    expect(text === undefined || optional).toBe(true);
    expect(always === true && messageOf(field) === undefined).toBe(false);
  });
});

test("the first word of every enum is its default, number 0", () => {
  const enums = fields.flatMap(([, field]) => enumOf(field) ?? []);
  expect(enums.length).toBeGreaterThan(4);
  expect(enums.every(({ values }) => Object.values(values)[0] === 0)).toBe(true);
});

test("the template has exactly the fields that are documented", () => {
  expect(messageType("ProcessTemplate").fieldsArray.map((field) => field.jsonName)).toEqual([
    "name",
    "title",
    "description",
    "labels",
    "enabled",
    "runOnStartup",
    "command",
    "script",
    "args",
    "shell",
    "interpreter",
    "cwd",
    "env",
    "envFiles",
    "inheritEnv",
    "requiredEnv",
    "missingEnv",
    "runAs",
    "detach",
    "notify",
    "restart",
    "stop",
    "startTimeout",
    "readiness",
    "liveness",
    "watch",
    "limits",
    "affinity",
    "nice",
    "schedule",
    "group",
    "dependsOn",
    "instances",
    "logs",
    "pidFile",
  ]);
  expect(oneofsOf(messageType("ProcessTemplate")).map(({ name }) => name)).toEqual(["program"]);
});
