import { isObject } from "../../template/validate.js";
import type { Format } from "../format.js";
import { readIni } from "../ini-document.js";
import { systemdFields } from "./fields.js";
import { completeProgram } from "./program.js";
import { fillSpecifiers, unitName } from "./specifiers.js";

/** A `.service` unit of systemd. */
export const systemd: Format = {
  name: "systemd",
  title: "systemd",
  files: "NAME.service",
  relativeTo: "file",
  read: (text) => readIni(text, "#;"),
  fileName: /\.service$/,
  firstLine: /^\[(?:Unit|Service|Install)\b/,
  detect: (value) => isObject(value) && isObject(value["Service"]),
  entries: (value, scope) => ({ entries: [{ path: [], value: fillSpecifiers(value, scope), key: unitName(scope) }] }),
  constants: [
    { to: "runOnStartup", value: true, why: "a unit is there to be started" },
    { to: "restart.backoff.multiplier", value: 1, why: "RestartSec is always the same" },
  ],
  rules: systemdFields(),
  documentRules: [],
  finish: completeProgram,
};
