import { type Exporting, type Fate, lostAs } from "../export-rule.js";
import { escapeSpecifiers } from "./text.js";

export type Lines = [key: string, value: string][];

/** A service unit in the making, and the lines of its timer. */
export interface Unit {
  readonly unit: Lines;
  readonly service: Lines;
  readonly timer: Lines;
}

export type PutUnit = Exporting<Unit>;

/** Adds a setting of the service, when there is a value. One without quotes is a line: what does not fit into one would be other settings. */
export function put({ service }: Unit, key: string, value: string | undefined): Fate | undefined {
  if (value !== undefined && /[\n\r]|^\s|[\s\\]$/.test(value))
    return lostAs(`${JSON.stringify(value)}: a setting has one line, without blanks or a backslash at its ends`);
  if (value !== undefined) service.push([key, escapeSpecifiers(value)]);
  return undefined;
}
