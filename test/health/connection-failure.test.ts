import { expect, test } from "vitest";
import { describeConnectionFailure } from "../../src/health/connection-failure.js";
import { describeAddress } from "../../src/health/describe-address.js";

test.each([
  ["ECONNREFUSED", "nothing listens on here (ECONNREFUSED)"],
  ["ENOTSOCK", "here is not a socket (ENOTSOCK)"],
  ["EAGAIN", "here does not accept connections, its queue is full (EAGAIN)"],
  ["EACCES", "no permission to connect to here (EACCES)"],
  ["ENOTFOUND", "the host name of here is not known (ENOTFOUND)"],
])("describes %s", (code, text) => {
  expect(describeConnectionFailure(Object.assign(new Error("connect failed"), { code }), "here")).toBe(text);
});

test.each([
  [new Error("bad header"), "bad header"],
  [Object.assign(new AggregateError([]), { code: "EIO" }), "no connection to here (EIO)"],
  [new AggregateError([]), "no connection to here (unknown error)"],
  ["a word", "a word"],
  [undefined, "undefined"],
])("has words for %s", (error, text) => {
  expect(describeConnectionFailure(error, "here")).toBe(text);
});

test.each([
  ["127.0.0.1", "127.0.0.1:80"],
  ["localhost", "localhost:80"],
  ["::1", "[::1]:80"],
])("writes an address of %s as %s", (host, text) => {
  expect(describeAddress(host, 80)).toBe(text);
});
