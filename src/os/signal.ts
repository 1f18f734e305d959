import { constants } from "node:os";

/** Name of a Unix signal, such as `SIGTERM`. */
export type Signal = NodeJS.Signals;

const numbers: Readonly<Partial<Record<string, number>>> = constants.signals;

/** Every signal name this platform knows. */
export const signalNames = Object.keys(numbers) as readonly Signal[];

/** The signal meant by `SIGTERM`, `term`, `sigterm` or `15`; undefined when there is none. */
export function parseSignal(text: string): Signal | undefined {
  const word = text.trim().toUpperCase();
  if (/^\d+$/.test(word)) return signalOfNumber(Number(word));
  const name = word.startsWith("SIG") ? word : `SIG${word}`;
  return signalNames.find((known) => known === name);
}

/** The name of a signal number on this platform; the first name wins where two share a number. */
export function signalOfNumber(number: number): Signal | undefined {
  return signalNames.find((name) => numbers[name] === number);
}
