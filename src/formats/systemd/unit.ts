import type { Exporting } from "../export-rule.js";
import { escapeSpecifiers } from "./text.js";

export type Lines = [key: string, value: string][];

/** A service unit in the making, and the lines of its timer. */
export interface Unit {
  readonly unit: Lines;
  readonly service: Lines;
  readonly timer: Lines;
}

export type PutUnit = Exporting<Unit>;

/** Adds a setting of the service, when there is a value. */
export function put({ service }: Unit, key: string, value: string | undefined): undefined {
  if (value !== undefined) service.push([key, escapeSpecifiers(value)]);
}
