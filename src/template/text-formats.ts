import type { Rules_Format } from "../gen/drover/v1/options.js";
import { parseSignal, signalNames } from "../os/signal.js";
import { cronForms, cronProblem } from "../schedule/next-run.js";
import type { Complaint } from "./complaint.js";
import { didYouMean } from "./suggestion.js";

/** The canonical form of a text, or why it has none. */
type Checked = { readonly value: string } | Complaint;
type Check = (text: string) => Checked;

/** The longest path that fits into `sun_path` of every supported system (unix(7): 108 bytes on Linux, 104 on macOS). */
const longestSocketPath = 104;
/** The kernel's upper limit of CPU numbers (CONFIG_NR_CPUS). */
const highestCpu = 8191;

/** How the text of a field is checked beyond its proto type, by the format of its rules. */
export const textFormats: Readonly<Record<Exclude<Rules_Format, "BYTES">, Check>> = {
  PLAIN: (text) => ({ value: text }),
  SIGNAL: checkSignal,
  CPU_MASK: checkCpuMask,
  CPU_LIST: checkCpuList,
  HTTP_URL: checkHttpUrl,
  CRON: checkCron,
  TIMEZONE: checkTimezone,
  ENV_NAME: checkEnvName,
  SOCKET_PATH: checkSocketPath,
};

function checkSignal(text: string): Checked {
  const value = parseSignal(text);
  if (value !== undefined) return { value };
  const word = text.trim().toUpperCase();
  const fix = didYouMean(word.startsWith("SIG") ? word : `SIG${word}`, signalNames);
  return { message: `unknown signal ${JSON.stringify(text)}`, expected: "a signal such as SIGTERM or SIGINT", fix };
}

function checkCpuMask(text: string): Checked {
  const expected = 'a hexadecimal mask of at most 64 bits that is not 0, such as "f"';
  const digits = text.toLowerCase().replace(/^0x/, "");
  if (!/^[0-9a-f]+$/.test(digits)) return { message: `${JSON.stringify(text)} is not a CPU mask`, expected };
  const value = digits.replace(/^0+/, "");
  if (value === "") return { message: `the mask ${JSON.stringify(text)} allows no CPU`, expected };
  return value.length > 16 ? { message: `the mask ${JSON.stringify(text)} is too long`, expected } : { value };
}

function checkCpuList(text: string): Checked {
  const expected = 'CPU numbers and ranges such as "0-2,6" or "0-10:2"';
  const value = text.replaceAll(" ", "");
  for (const range of value.split(",")) {
    const match = /^(\d{1,5})(?:-(\d{1,5})(?::(\d{1,5}))?)?$/.exec(range);
    if (match === null) return { message: `${JSON.stringify(text)} is not a CPU list`, expected };
    const [, first = "", last = first, stride = "1"] = match;
    if (Number(first) > Number(last)) return { message: `the range ${range} runs backwards`, expected };
    if (stride === "0" || Number(stride) === 0) return { message: `the range ${range} has a stride of 0`, expected };
    if (Number(last) > highestCpu)
      return { message: `there is no CPU ${last}`, expected: `numbers up to ${highestCpu}` };
  }
  return { value };
}

function checkHttpUrl(text: string): Checked {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return { value: text };
  return { message: `${JSON.stringify(text)} is not an HTTP address`, expected: "http://… or https://…" };
}

function checkCron(text: string): Checked {
  const value = text.trim().replace(/\s+/g, " ");
  const problem = cronProblem(value);
  return problem === undefined
    ? { value }
    : { message: `the cron expression ${JSON.stringify(text)}: ${problem}`, expected: cronForms };
}

function checkTimezone(text: string): Checked {
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return { value: text };
  } catch {
    return { message: `unknown time zone ${JSON.stringify(text)}`, expected: 'a name such as "Europe/Vienna"' };
  }
}

function checkEnvName(text: string): Checked {
  if (text !== "" && !text.includes("=")) return { value: text };
  const expected = "a name such as PATH, not empty and without =";
  return { message: `${JSON.stringify(text)} is not a variable name`, expected };
}

function checkSocketPath(text: string): Checked {
  const length = Buffer.byteLength(text);
  if (length <= longestSocketPath) return { value: text };
  return {
    message: `the path is ${length} bytes long`,
    expected: `at most ${longestSocketPath}, the limit of Unix sockets`,
  };
}
