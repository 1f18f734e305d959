import { type Complaint, describeValue } from "../template/complaint.js";

type Read<T> = { readonly value: T } | Complaint;

const yes = ["true", "yes", "on", "1"];
const no = ["false", "no", "off", "0"];

/** `true`, `yes`, `on`, `1` and their opposites, in any case. */
export function readSwitch(value: unknown): Read<boolean> {
  const word = typeof value === "string" ? value.toLowerCase() : "";
  if ([...yes, ...no].includes(word)) return { value: yes.includes(word) };
  return { message: `is ${describeValue(value)}`, expected: `one of ${[...yes, ...no].join(", ")}` };
}

export function readInteger(value: unknown): Read<number> {
  if (typeof value === "string" && /^\s*[+-]?\d{1,15}\s*$/.test(value)) return { value: Number(value) };
  return { message: `is ${describeValue(value)}`, expected: "a whole number" };
}

/** The digits of an octal number. */
export function readOctal(value: unknown): Read<string> {
  const digits = typeof value === "string" ? /^\s*(?:0o)?([0-7]{1,4})\s*$/i.exec(value)?.[1] : undefined;
  if (digits !== undefined) return { value: digits };
  return { message: `is ${describeValue(value)}`, expected: "octal digits such as 022" };
}

const unitBytes: Readonly<Record<string, number>> = { kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** Bytes; `KB`, `MB` and `GB` are powers of 1024. */
export function readSize(value: unknown): Read<number> {
  const [, amount, unit = ""] = typeof value === "string" ? (/^\s*(\d{1,15})\s*([kmg]b)?\s*$/i.exec(value) ?? []) : [];
  if (amount !== undefined) return { value: Number(amount) * (unitBytes[unit.toLowerCase()] ?? 1) };
  return { message: `is ${describeValue(value)}`, expected: "a number of bytes, such as 1048576, 512KB or 50MB" };
}
