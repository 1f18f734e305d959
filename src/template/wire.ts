import type { HealthCheck as WireCheck } from "../gen/drover/v1/health.js";
import type { RestartPolicy as WireRestart } from "../gen/drover/v1/restart.js";
import type {
  Limits as WireLimits,
  LogPolicy as WireLogs,
  Schedule as WireSchedule,
  ProcessTemplate as WireTemplate,
} from "../gen/drover/v1/template.js";
import { formatDuration } from "../units/duration.js";
import type { HealthCheck, Limits, LogPolicy, ProcessTemplate, RestartPolicy, Schedule } from "./process-template.js";

/** A template in the shape of its proto message, defaults included. */
export function toWire(template: ProcessTemplate): WireTemplate {
  const { stop, watch, limits, affinity, schedule, logs, program, runAs } = template;
  const isCommand = program.kind === "command";
  return {
    name: template.name,
    title: template.title,
    description: template.description,
    labels: template.labels,
    enabled: template.enabled,
    runOnStartup: template.runOnStartup,
    ...(isCommand ? { command: program.command } : { script: program.script, interpreter: program.interpreter }),
    args: [...template.args],
    shell: isCommand && program.shell,
    cwd: template.cwd,
    env: template.env,
    envFiles: [...template.envFiles],
    inheritEnv: template.inheritEnv,
    requiredEnv: [...template.requiredEnv],
    missingEnv: template.missingEnv,
    runAs: runAs && { user: runAs.user, group: runAs.group },
    detach: template.detach,
    notify: template.notify,
    restart: restartToWire(template.restart),
    stop: { signal: stop.signal, gracePeriod: formatDuration(stop.gracePeriodMs), command: [...stop.command] },
    startTimeout: formatDuration(template.startTimeoutMs),
    readiness: template.readiness && healthToWire(template.readiness),
    liveness: template.liveness && healthToWire(template.liveness),
    watch: watch && { paths: [...watch.paths], ignore: [...watch.ignore], debounce: formatDuration(watch.debounceMs) },
    limits: limits && limitsToWire(limits),
    affinity: affinity && { ...affinity.cpus, delay: formatDuration(affinity.delayMs) },
    nice: template.nice,
    schedule: schedule && scheduleToWire(schedule),
    group: template.group,
    dependsOn: template.dependsOn.map(({ name, condition }) => ({ name, condition })),
    instances: template.instances,
    logs: logsToWire(logs),
    pidFile: template.pidFile,
  };
}

function restartToWire(restart: RestartPolicy): WireRestart {
  const { maxRestarts, retryAfterGivingUpMs } = restart;
  return {
    mode: restart.mode,
    maxRestarts: maxRestarts === "unlimited" ? undefined : maxRestarts,
    backoff: {
      initial: formatDuration(restart.backoff.initialMs),
      multiplier: restart.backoff.multiplier,
      max: formatDuration(restart.backoff.maxMs),
      jitter: restart.backoff.jitter,
    },
    resetAfter: formatDuration(restart.resetAfterMs),
    successExitCodes: [...restart.successExitCodes],
    retryAfterGivingUp: maybeDuration(retryAfterGivingUpMs === "never" ? undefined : retryAfterGivingUpMs),
  };
}

function limitsToWire(limits: Limits): WireLimits {
  return {
    maxMemory: limits.maxMemoryBytes === undefined ? undefined : `${limits.maxMemoryBytes}`,
    maxCpu: limits.maxCpuPercent,
    over: formatDuration(limits.overMs),
    action: limits.action,
  };
}

function scheduleToWire({ maxDurationMs, ...schedule }: Schedule): WireSchedule {
  return { ...schedule, maxDuration: maybeDuration(maxDurationMs) };
}

function logsToWire({ maxSizeBytes, maxTotalBytes, ...logs }: LogPolicy): WireLogs {
  const maxTotalSize = maxTotalBytes === undefined ? undefined : `${maxTotalBytes}`;
  return { ...logs, maxSize: `${maxSizeBytes}`, maxTotalSize };
}

function healthToWire({ check, ...health }: HealthCheck): WireCheck {
  const { kind, ...members } = check;
  // An exec check holds the empty text for the member that is not given, which no file may write.
  const given = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== "" && value.length !== 0));
  return {
    [kind]: given,
    interval: formatDuration(health.intervalMs),
    timeout: formatDuration(health.timeoutMs),
    startPeriod: formatDuration(health.startPeriodMs),
    failureThreshold: health.failureThreshold,
    successThreshold: health.successThreshold,
  };
}

const maybeDuration = (milliseconds: number | undefined): string | undefined =>
  milliseconds === undefined ? undefined : formatDuration(milliseconds);
