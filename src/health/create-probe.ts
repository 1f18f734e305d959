import { execProbe } from "./exec-probe.js";
import type { Check } from "./health-check.js";
import { httpProbe } from "./http-probe.js";
import { outputProbe } from "./output-probe.js";
import type { ProbeHandle, ProbeSubject } from "./probe.js";
import { tcpProbe } from "./tcp-probe.js";
import { unixProbe } from "./unix-probe.js";

/**
 * The probe of a check. One for `output` listens from this call on; close it when it is no longer asked.
 *
 * @throws ProcessError INVALID_TEMPLATE when the check cannot work: a socket path that is too long, a pattern that is no
 * regular expression, an address that is no URL.
 */
export function createProbe(check: Check, subject: ProbeSubject): ProbeHandle {
  switch (check.kind) {
    case "http":
      return holdingNothing(httpProbe(check));
    case "tcp":
      return holdingNothing(tcpProbe(check));
    case "unix":
      return holdingNothing(unixProbe(check, subject));
    case "output":
      return outputProbe(check, subject);
    case "exec":
      return holdingNothing(execProbe(check, subject));
  }
}

function holdingNothing(ask: ProbeHandle["ask"]): ProbeHandle {
  return { ask, close: () => undefined };
}
