import type { Counters } from "./counters.js";
import type { CheckInfo, ProcessInfo } from "./process-info.js";

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Metric {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Everything that can be measured, in the text format of Prometheus. */
export function describeMetrics(processes: readonly ProcessInfo[], counters: Counters): string {
  const metrics = [
    ...processMetrics(processes),
    exitMetric(processes, counters),
    ...managerMetrics(processes, counters),
  ];
  return metrics.map(formatMetric).join("");
}

function processMetrics(processes: readonly ProcessInfo[]): readonly Metric[] {
  const each = (value: (info: ProcessInfo) => number): readonly Sample[] =>
    processes.map((info) => ({ labels: { name: info.name, group: info.group }, value: value(info) }));
  const gauge = (name: string, help: string, value: (info: ProcessInfo) => number): Metric => {
    return { name: `drover_process_${name}`, type: "gauge", help, samples: each(value) };
  };
  return [
    gauge("running", "Whether the process runs.", ({ isRunning }) => Number(isRunning)),
    gauge("ready", "Whether it runs and passes its readiness check.", ({ ready }) => Number(ready)),
    gauge("wanted", "Whether it was asked to run.", ({ desired }) => Number(desired === "up")),
    gauge("uptime_seconds", "Time since the present run began.", ({ uptime }) => uptime / 1000),
    gauge("memory_bytes", "Resident memory of its tree.", ({ memory }) => memory),
    gauge("cpu_ratio", "CPU use of its tree; 1 is one core.", ({ cpu }) => cpu / 100),
    gauge(
      "check_failures",
      "Failures in a row of its health checks.",
      ({ healthCheckFailures }) => healthCheckFailures,
    ),
    ...checkMetrics(processes),
    {
      name: "drover_process_state",
      type: "gauge",
      help: "1 for the state the process is in.",
      samples: processes.map(({ name, group, state }) => ({ labels: { name, group, state }, value: 1 })),
    },
    {
      name: "drover_process_restarts_total",
      type: "counter",
      help: "How often it was started again.",
      samples: each(({ restartCount }) => restartCount),
    },
  ];
}

/** What its readiness and liveness checks have found. */
function checkMetrics(processes: readonly ProcessInfo[]): readonly Metric[] {
  const each = (value: (check: CheckInfo) => number): readonly Sample[] =>
    processes.flatMap(({ name, group, checks }) =>
      checks.map((check) => ({ labels: { name, group, use: check.use }, value: value(check) })),
    );
  return [
    {
      name: "drover_process_check_passing",
      type: "gauge",
      help: "Whether the check says that it works.",
      samples: each(({ verdict }) => Number(verdict === "healthy")),
    },
    {
      name: "drover_process_checks_total",
      type: "counter",
      help: "How often the check has asked in this run.",
      samples: each(({ checks }) => checks),
    },
  ];
}

function exitMetric(processes: readonly ProcessInfo[], counters: Counters): Metric {
  const samples = processes.flatMap(({ name, group }) =>
    [...counters.exitsOf(name)].map(([cause, value]): Sample => ({ labels: { name, group, cause }, value })),
  );
  return { name: "drover_process_exits_total", type: "counter", help: "How often it has ended, by cause.", samples };
}

function managerMetrics(processes: readonly ProcessInfo[], counters: Counters): readonly Metric[] {
  const counts = new Map<string, number>();
  for (const { state } of processes) counts.set(state, (counts.get(state) ?? 0) + 1);
  const single = (value: number): readonly Sample[] => [{ labels: {}, value }];
  return [
    {
      name: "drover_processes",
      type: "gauge",
      help: "Processes by their state.",
      samples: [...counts].map(([state, value]) => ({ labels: { state }, value })),
    },
    {
      name: "drover_event_loop_lag_max_seconds",
      type: "gauge",
      help: "The longest time the manager was busy with one thing.",
      samples: single(counters.longestLagSeconds),
    },
    {
      name: "drover_events_lost_total",
      type: "counter",
      help: "Events that readers of streams have missed, because they were too slow.",
      samples: single(counters.lost),
    },
  ];
}

function formatMetric({ name, type, help, samples }: Metric): string {
  if (samples.length === 0) return "";
  const lines = samples.map(({ labels, value }) => `${name}${formatLabels(labels)} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ""].join("\n");
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([label, text]) => `${label}="${escapeText(text)}"`);
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

function escapeText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
