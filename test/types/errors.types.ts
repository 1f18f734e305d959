import { type ErrorCode, ProcessError } from "drover";

// @ts-expect-error: a code is one of the list, so that a typing error does not compile.
new ProcessError("PROCES_NOT_FOUND", "text");

const error = new ProcessError("ABORTED", "text");

// @ts-expect-error: an error is a fact, it is not changed afterwards.
error.code = "INTERNAL";

/** One entry missing: what the table of REST statuses relies on. */
export const incomplete = {
  ABORTED: 1,
  // @ts-expect-error: a table over all codes does not compile when one is missing.
} satisfies Record<ErrorCode, number>;
