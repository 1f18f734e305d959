import { isAbsolute, resolve } from "node:path";
import { daemonNodeFlags } from "./node-flags.js";

export interface UnitOptions {
  readonly node: string;
  readonly main: string;
  readonly cwd: string;
  readonly templateDir: string;
  readonly stateDir: string;
  /** PATH of the manager: programs of templates are looked up on it. */
  readonly path: string;
  /** Whether it is a unit of a user's own systemd. */
  readonly isUser: boolean;
}

/**
 * A unit that runs `drover up` as a service. systemd signals only drover itself (`KillMode=mixed`), which stops its processes in their
 * order; what is left in the control group after that, detached processes included, is killed.
 */
export function describeUnit({ node, main, cwd, templateDir, stateDir, path, isUser }: UnitOptions): string {
  const at = (given: string): string => (isAbsolute(given) ? given : resolve(cwd, given));
  const places = ["--template-dir", at(templateDir), "--state-dir", at(stateDir)];
  const command = [node, ...daemonNodeFlags, main, "up", ...places];
  return `[Unit]
Description=drover: processes of ${escapeSpecifiers(at(templateDir))}
After=network.target

[Service]
Type=simple
WorkingDirectory=${escapeSpecifiers(cwd)}
Environment=${quote(`PATH=${path}`)}
ExecStart=${command.map(quote).join(" ")}
KillMode=mixed
TimeoutStopSec=90
Restart=on-failure
RestartPreventExitStatus=2

[Install]
WantedBy=${isUser ? "default.target" : "multi-user.target"}
`;
}

/** A word of a unit file: systemd.service(5) takes quotes, and has specifiers and variables that must not be meant. */
function quote(word: string): string {
  return `"${escapeSpecifiers(word).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("$", "$$$$")}"`;
}

function escapeSpecifiers(text: string): string {
  return text.replaceAll("%", "%%");
}
