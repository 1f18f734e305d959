import { ally } from "./ally.js";
import { cnInfra } from "./cn-infra.js";
import { compose } from "./docker-compose/compose.js";
import type { Format } from "./format.js";
import { pm2 } from "./pm2/pm2.js";
import { processCompose } from "./process-compose/process-compose.js";
import { processman } from "./processman.js";
import { procfile } from "./procfile.js";
import { proxy } from "./proxy/proxy.js";
import { supervisord } from "./supervisord/supervisord.js";
import { systemd } from "./systemd/systemd.js";
import { tuix } from "./tuix/tuix.js";

/** Every format drover reads, in the order in which a file is asked whether it is one. */
export const formats: readonly Format[] = [
  processman,
  processCompose,
  compose,
  proxy,
  tuix,
  cnInfra,
  ally,
  pm2,
  supervisord,
  systemd,
  procfile,
];

export function findFormat(name: string): Format | undefined {
  return formats.find((format) => format.name === name);
}
