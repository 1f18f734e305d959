import { describe, expect, test } from "vitest";
import { maskArguments, maskText, maskVariables } from "../../src/template/mask-secrets.js";

describe("a text", () => {
  test.for([
    ["postgres://app:hunter2@db/app", "postgres://app:***@db/app"],
    ["redis://:hunter2@cache:6379", "redis://:***@cache:6379"],
    ["two: http://a:b@c and http://d:e@f", "two: http://a:***@c and http://d:***@f"],
    ["env API_KEY=abc psql", "env API_KEY=*** psql"],
    ["-e DB_PASSWORD=abc", "-e DB_PASSWORD=***"],
    ["--env=DB_PASSWORD=abc", "--env=DB_PASSWORD=***"],
    ["--api-key=abc --port 80", "--api-key=*** --port 80"],
    ["--api-key abc --port 80", "--api-key *** --port 80"],
    ["--verbose --token 'a b' x", "--verbose --token *** x"],
    ["http://host/path?token=abc&page=2", "http://host/path?token=***&page=2"],
    ['{"password": "abc", "user": "me"}', '{"password": ***, "user": "me"}'],
    ["Authorization: Bearer abcdefghijkl", "Authorization: Bearer ***"],
    ["apiKey=abc", "apiKey=***"],
  ] as const)("%j is shown as %j", ([text, shown]) => {
    expect(maskText(text)).toBe(shown);
    expect(maskText(shown), "and masked again it stays").toBe(shown);
  });

  test.for([
    "the token is missing",
    "auth: failed",
    "monkey=banana author=me keyboard=us",
    "postgres://app@db/app",
    "http://localhost:8080/a:b@c",
    "DB_PASSWORD=${DB_PASSWORD}",
    "postgres://app:${PASSWORD}@db",
    "--password --verbose",
    "ended with exit code 3; restart 1 of 5 in 1s",
    "",
  ])("%j has none", (text) => {
    expect(maskText(text)).toBe(text);
  });
});

describe("arguments", () => {
  test("after a flag that names a secret are masked", () => {
    expect(maskArguments(["--token", "abc", "--port", "80", "-password", "-12", "--auth", "--debug"])).toEqual([
      ...["--token", "***", "--port", "80", "-password", "***", "--auth", "--debug"],
    ]);
  });

  test("with a secret in them are masked, whatever comes before", () => {
    expect(maskArguments(["-c", "PGPASSWORD=x psql", "--key=y"])).toEqual(["-c", "PGPASSWORD=*** psql", "--key=***"]);
  });
});

test("variables are masked by their names and by passwords in them", () => {
  const variables = { API_KEY: "abc", URL: "http://u:p@h", EMPTY_TOKEN: "", MONKEY: "x", SECRET: "${SECRET}" };
  expect(maskVariables(variables)).toEqual({
    API_KEY: "***",
    URL: "http://u:***@h",
    EMPTY_TOKEN: "",
    MONKEY: "x",
    SECRET: "${SECRET}",
  });
});

test.each([
  ["--password=two words", "--password=***"],
  ["--token=${TOKEN}", "--token=${TOKEN}"],
  ["PGPASSWORD=${NOPE:-hidden1}", "PGPASSWORD=***"],
  ['PASSWORD="open to the end', "PASSWORD=***"],
  ['{"password":"a\\"b"}', '{"password":***}'],
  ["password = hidden1 rest", "password = *** rest"],
  ["token: hidden12 rest", "token: *** rest"],
  ["X-Api-Key: 0123456789", "X-Api-Key: ***"],
  ["env.API_KEY: is the number 5; expected a text", "env.API_KEY: is the number 5; expected a text"],
])("of the argument %s is shown %s", (argument, shown) => {
  expect(maskArguments([argument])).toEqual([shown]);
});
