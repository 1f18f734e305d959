import type { Complaint } from "../template/complaint.js";

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
