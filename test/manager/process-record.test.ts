import { describe, expect, test } from "vitest";
import { decodeRecord, encodeRecord, type ProcessRecord } from "../../src/process/process-record.js";
import { templateFromOptions } from "../../src/template/from-options.js";
import { hasPassword, isSecretName, withoutSecrets } from "../../src/template/secrets.js";

const template = templateFromOptions(
  "web",
  "node",
  { args: ["server.js"], env: { PORT: "80" }, detach: true },
  { cwd: "/srv" },
);
const identity = { pid: 42, startTicks: 4242, bootId: "boot", pidNamespace: "pid:[1]" };
const record: ProcessRecord = {
  name: "web",
  kind: "detached",
  desired: "up",
  run: { identity, runId: "token.run" },
  lastRunId: undefined,
  exit: undefined,
  restarts: 3,
  template,
};

describe("a record", () => {
  test("comes back as it was written", () => {
    expect(decodeRecord(encodeRecord(record))).toEqual(record);
    const ended = { ...record, run: undefined, exit: { code: 1, signal: null, cause: "exited" } } as const;
    expect(decodeRecord(encodeRecord(ended))).toEqual(ended);
  });

  test.each([
    ["", /not a JSON object/],
    ["null", /not a JSON object/],
    [encodeRecord(record).slice(0, 100), /not a JSON object/],
    [encodeRecord(record).replace('"version": 1', '"version": 2'), /it has version 2, not 1/],
    [encodeRecord(record).replace('"name": "web"', '"name": "db"'), /template is not valid/],
    [encodeRecord(record).replace('"detached"', '"free"'), /none we know/],
    [encodeRecord(record).replace('"pid": 42', '"pid": "42"'), /no identity/],
  ])("that is not one is told apart: %#", (text, problem) => {
    expect(decodeRecord(text)).toMatchObject({ problem: expect.stringMatching(problem) });
  });

  test("holds no value of a secret variable, only a reference to it", () => {
    const env = { API_KEY: "hunter2", TOKEN: "$" + "{VAULT_TOKEN}", URL: "http://me:hunter2@db", PORT: "80" };
    const text = encodeRecord({ ...record, template: { ...template, env } });
    expect(text).not.toContain("hunter2");
    expect(decodeRecord(text)).toMatchObject({
      template: { env: { API_KEY: "$" + "{API_KEY}", TOKEN: "$" + "{VAULT_TOKEN}", URL: "$" + "{URL}", PORT: "80" } },
    });
  });
});

describe("secrets", () => {
  test.each(["OPENAI_API_KEY", "API_KEY", "SECRET_TOKEN", "PASSWORD", "dbPass", "x-auth", "GOOGLE_CREDENTIALS"])(
    "%s is one",
    (name) => {
      expect(isSecretName(name)).toBe(true);
    },
  );

  test.each(["MONKEY", "COMPASS", "AUTHOR", "PB_PORT", "NODE_ENV", "ALLOWED_ORIGINS", "KEYBOARD"])(
    "%s is none",
    (name) => {
      expect(isSecretName(name)).toBe(false);
    },
  );

  test("a URL with a password is one, whatever it is called", () => {
    expect(hasPassword("postgres://user:secret@host/db")).toBe(true);
    expect(hasPassword("postgres://user:$" + "{PW}@host/db")).toBe(false);
    expect(hasPassword("postgres://user@host/db")).toBe(false);
    expect(hasPassword("http://host:80/a:b@c")).toBe(false);
    expect(withoutSecrets({ DSN: "amqp://a:b@c" })).toEqual({ DSN: "$" + "{DSN}" });
  });
});
