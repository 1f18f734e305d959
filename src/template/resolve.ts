import { resolve as resolvePath } from "node:path";
import type { HealthCheck as WireCheck } from "../gen/drover/v1/health.js";
import type { LogPolicy as WireLogs, ProcessTemplate as WireTemplate } from "../gen/drover/v1/template.js";
import { freezeDeeply } from "./freeze.js";
import type {
  Affinity,
  Check,
  FileWatch,
  HealthCheck,
  Limits,
  LogPolicy,
  ProcessTemplate,
  Program,
  RestartPolicy,
  RunAs,
  Schedule,
  StopPolicy,
} from "./process-template.js";
import { messageType } from "./schema.js";
import { Section } from "./section.js";
import type { JsonObject } from "./validate.js";

/** Where relative paths of a template start. */
export interface TemplateBase {
  /** Directory that a relative `cwd` is relative to, and the default of `cwd`. */
  readonly cwd: string;
}

type Template = Section<WireTemplate>;

/** A validated template in canonical proto3 JSON, completed with the schema's defaults and frozen. */
export function resolveTemplate(json: JsonObject, base: TemplateBase): ProcessTemplate {
  const template: Template = new Section<WireTemplate>(messageType("ProcessTemplate"), json);
  return freezeDeeply<ProcessTemplate>({
    name: template.text("name"),
    title: template.text("title"),
    description: template.text("description"),
    labels: template.record("labels"),
    enabled: template.flag("enabled"),
    runOnStartup: template.flag("runOnStartup"),
    program: resolveProgramKind(template),
    args: template.texts("args"),
    cwd: resolvePath(base.cwd, template.text("cwd")),
    env: template.record("env"),
    envFiles: template.texts("envFiles"),
    inheritEnv: template.flag("inheritEnv"),
    requiredEnv: template.texts("requiredEnv"),
    missingEnv: template.word("missingEnv"),
    runAs: resolveRunAs(template),
    detach: template.flag("detach"),
    notify: template.flag("notify"),
    restart: resolveRestart(template),
    stop: resolveStop(template),
    startTimeoutMs: template.milliseconds("startTimeout"),
    readiness: resolveHealth(template.maybeSection("readiness")),
    liveness: resolveHealth(template.maybeSection("liveness")),
    watch: resolveWatch(template),
    limits: resolveLimits(template),
    affinity: resolveAffinity(template),
    nice: template.maybeNumber("nice"),
    schedule: resolveSchedule(template),
    group: template.text("group"),
    dependsOn: template.sections("dependsOn").map((dependency) => ({
      name: dependency.text("name"),
      condition: dependency.word("condition"),
    })),
    instances: template.number("instances"),
    logs: resolveLogs(template.section("logs")),
    pidFile: template.maybeText("pidFile"),
  });
}

function resolveProgramKind(template: Template): Program {
  const script = template.maybeText("script");
  if (script !== undefined) return { kind: "script", script, interpreter: template.text("interpreter") };
  return { kind: "command", command: template.text("command"), shell: template.flag("shell") };
}

function resolveRunAs(template: Template): RunAs | undefined {
  const runAs = template.maybeSection("runAs");
  return runAs && { user: runAs.maybeText("user"), group: runAs.maybeText("group") };
}

function resolveRestart(template: Template): RestartPolicy {
  const restart = template.section("restart");
  const backoff = restart.section("backoff");
  return {
    mode: restart.word("mode"),
    maxRestarts: restart.maybeNumber("maxRestarts") ?? "unlimited",
    backoff: {
      initialMs: backoff.milliseconds("initial"),
      multiplier: backoff.number("multiplier"),
      maxMs: backoff.milliseconds("max"),
      jitter: backoff.number("jitter"),
    },
    resetAfterMs: restart.milliseconds("resetAfter"),
    successExitCodes: restart.numbers("successExitCodes"),
    retryAfterGivingUpMs: restart.maybeMilliseconds("retryAfterGivingUp") ?? "never",
  };
}

function resolveStop(template: Template): StopPolicy {
  const stop = template.section("stop");
  return {
    // The validator has turned every spelling into the name of a signal of this platform.
    signal: stop.text("signal") as NodeJS.Signals,
    gracePeriodMs: stop.milliseconds("gracePeriod"),
    command: stop.texts("command"),
  };
}

function resolveHealth(health: Section<WireCheck> | undefined): HealthCheck | undefined {
  return (
    health && {
      check: resolveCheck(health),
      intervalMs: health.milliseconds("interval"),
      timeoutMs: health.milliseconds("timeout"),
      startPeriodMs: health.milliseconds("startPeriod"),
      failureThreshold: health.number("failureThreshold"),
      successThreshold: health.number("successThreshold"),
    }
  );
}

function resolveCheck(health: Section<WireCheck>): Check {
  if (health.has("http")) {
    const http = health.section("http");
    return {
      kind: "http",
      url: http.text("url"),
      method: http.text("method"),
      expectedStatus: http.numbers("expectedStatus"),
    };
  }
  if (health.has("tcp")) {
    const tcp = health.section("tcp");
    return { kind: "tcp", host: tcp.text("host"), port: tcp.number("port") };
  }
  if (health.has("unix")) return { kind: "unix", path: health.section("unix").text("path") };
  if (health.has("output")) {
    const output = health.section("output");
    return { kind: "output", pattern: output.text("pattern"), flags: output.text("flags") };
  }
  const exec = health.section("exec");
  return { kind: "exec", command: exec.text("command"), args: exec.texts("args"), script: exec.text("script") };
}

function resolveWatch(template: Template): FileWatch | undefined {
  const watch = template.maybeSection("watch");
  return (
    watch && { paths: watch.texts("paths"), ignore: watch.texts("ignore"), debounceMs: watch.milliseconds("debounce") }
  );
}

function resolveLimits(template: Template): Limits | undefined {
  const limits = template.maybeSection("limits");
  return (
    limits && {
      maxMemoryBytes: limits.maybeNumber("maxMemory"),
      maxCpuPercent: limits.maybeNumber("maxCpu"),
      overMs: limits.milliseconds("over"),
      action: limits.word("action"),
    }
  );
}

function resolveAffinity(template: Template): Affinity | undefined {
  const affinity = template.maybeSection("affinity");
  if (affinity === undefined) return undefined;
  const mask = affinity.maybeText("mask");
  const cpus = mask === undefined ? { list: affinity.text("list") } : { mask };
  return { cpus, delayMs: affinity.milliseconds("delay") };
}

function resolveSchedule(template: Template): Schedule | undefined {
  const schedule = template.maybeSection("schedule");
  return (
    schedule && {
      cron: schedule.text("cron"),
      timezone: schedule.text("timezone"),
      overlap: schedule.word("overlap"),
      maxDurationMs: schedule.maybeMilliseconds("maxDuration"),
    }
  );
}

function resolveLogs(logs: Section<WireLogs>): LogPolicy {
  return {
    stdout: logs.maybeText("stdout"),
    stderr: logs.maybeText("stderr"),
    mode: logs.has("mode") ? logs.word("mode") : undefined,
    maxSizeBytes: logs.number("maxSize"),
    maxFiles: logs.number("maxFiles"),
    bufferLines: logs.number("bufferLines"),
    echo: logs.flag("echo"),
    compress: logs.flag("compress"),
    maxTotalBytes: logs.maybeNumber("maxTotalSize"),
    marker: logs.flag("marker"),
    stdoutLevel: logs.word("stdoutLevel"),
    stderrLevel: logs.word("stderrLevel"),
  };
}
