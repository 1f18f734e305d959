import type { Complaint } from "../template/complaint.js";
import { isObject } from "../template/validate.js";

/** A value that was put together while its file was taken apart. */
export class Prepared {
  readonly value: unknown;
  /** How it is only near to what the file says. */
  readonly note: string | undefined;
  /** What is wrong with it; there is no value then. */
  readonly complaint: Complaint | undefined;

  private constructor(value: unknown, note: string | undefined, complaint: Complaint | undefined) {
    this.value = value;
    this.note = note;
    this.complaint = complaint;
  }

  static of(value: unknown, note?: string): Prepared {
    return new Prepared(value, note, undefined);
  }

  static fault(complaint: Complaint): Prepared {
    return new Prepared(undefined, undefined, complaint);
  }
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  isObject(value) && Object.getPrototypeOf(value) === Object.prototype;

/** An entry as those see it who only want its values. */
export function withoutPrepared(entry: Record<string, unknown>): Record<string, unknown> {
  const fields = Object.entries(entry).map(([key, value]) => {
    if (value instanceof Prepared) return [key, value.value];
    return [key, isPlain(value) ? withoutPrepared(value) : value];
  });
  return Object.fromEntries(fields) as Record<string, unknown>;
}
