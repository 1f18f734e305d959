import type {
  Backoff,
  Dependency,
  FileWatch,
  LogLevel,
  MissingEnv,
  ProcessTemplate,
  RestartMode,
  RunAs,
  Schedule,
  StopPolicy,
} from "./process-template.js";

/** A duration in code: a number of milliseconds, or a text with its unit such as `500ms` or `1m30s`. */
export type DurationOption = number | string;
/** A size in code: a number of bytes, or a text such as `512MiB`. */
export type ByteSizeOption = number | string;

/** An enum value as its name, or in lower case with hyphens: `ON_FAILURE` or `on-failure`. */
export type WordOption<Word extends string> = Word | HyphenCase<Word>;
type HyphenCase<Word extends string> = Word extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}-${HyphenCase<Tail>}`
  : Lowercase<Word>;

/** What code may say about a process beyond its name and command: the fields of the template, all optional. */
export interface TemplateOptions {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly enabled?: boolean | undefined;
  readonly runOnStartup?: boolean | undefined;
  /** A script file run by `interpreter`, in the place of a command, which is then the empty text. */
  readonly script?: string | undefined;
  readonly interpreter?: string | undefined;
  readonly args?: readonly string[] | undefined;
  readonly shell?: boolean | undefined;
  /** Working directory, relative to the host's. @default the host's */
  readonly cwd?: string | undefined;
  /** Members that are undefined are left out, so that `process.env` can be spread into it. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly envFiles?: readonly string[] | undefined;
  readonly inheritEnv?: boolean | undefined;
  readonly requiredEnv?: readonly string[] | undefined;
  readonly missingEnv?: WordOption<MissingEnv> | undefined;
  readonly runAs?: Partial<RunAs> | undefined;
  readonly detach?: boolean | undefined;
  readonly notify?: boolean | undefined;
  readonly restart?: RestartOptions | undefined;
  readonly stop?: StopPolicyOptions | undefined;
  readonly startTimeout?: DurationOption | undefined;
  readonly readiness?: HealthCheckOptions | undefined;
  readonly liveness?: HealthCheckOptions | undefined;
  readonly watch?: FileWatchOptions | undefined;
  readonly limits?: LimitOptions | undefined;
  readonly affinity?: AffinityOptions | undefined;
  readonly nice?: number | undefined;
  readonly schedule?: ScheduleOptions | undefined;
  readonly group?: string | undefined;
  readonly dependsOn?: readonly DependencyOptions[] | undefined;
  readonly instances?: number | undefined;
  readonly logs?: LogOptions | undefined;
  readonly pidFile?: string | undefined;
}

export interface RestartOptions {
  readonly mode?: WordOption<RestartMode> | undefined;
  /** @default unlimited */
  readonly maxRestarts?: number | undefined;
  readonly backoff?: BackoffOptions | undefined;
  readonly resetAfter?: DurationOption | undefined;
  readonly successExitCodes?: readonly number[] | undefined;
  /** @default never */
  readonly retryAfterGivingUp?: DurationOption | undefined;
}

export interface BackoffOptions extends Partial<Pick<Backoff, "multiplier" | "jitter">> {
  readonly initial?: DurationOption | undefined;
  readonly max?: DurationOption | undefined;
}

export interface StopPolicyOptions extends Partial<Pick<StopPolicy, "command">> {
  /** A name such as `SIGTERM`, `TERM` or `term`. */
  readonly signal?: string | undefined;
  readonly gracePeriod?: DurationOption | undefined;
}

export type HealthCheckOptions = CheckOption & {
  readonly interval?: DurationOption | undefined;
  readonly timeout?: DurationOption | undefined;
  readonly startPeriod?: DurationOption | undefined;
  readonly failureThreshold?: number | undefined;
  readonly successThreshold?: number | undefined;
};

export type CheckOption =
  | { readonly http: { readonly url: string; readonly method?: string; readonly expectedStatus?: readonly number[] } }
  | { readonly tcp: { readonly host?: string; readonly port: number } }
  | { readonly unix: { readonly path: string } }
  | { readonly output: { readonly pattern: string | RegExp; readonly flags?: string } }
  | { readonly exec: { readonly command: string; readonly args?: readonly string[] } | { readonly script: string } };

export interface FileWatchOptions extends Partial<Pick<FileWatch, "paths" | "ignore">> {
  readonly debounce?: DurationOption | undefined;
}

export interface LimitOptions {
  readonly maxMemory?: ByteSizeOption | undefined;
  /** Percent of one CPU. */
  readonly maxCpu?: number | undefined;
  readonly over?: DurationOption | undefined;
  readonly action?: WordOption<"RESTART" | "STOP" | "NOTIFY"> | undefined;
}

export type AffinityOptions = ({ readonly mask: string } | { readonly list: string }) & {
  readonly delay?: DurationOption | undefined;
};

export interface ScheduleOptions extends Partial<Pick<Schedule, "timezone">>, Pick<Schedule, "cron"> {
  readonly overlap?: WordOption<Schedule["overlap"]> | undefined;
  readonly maxDuration?: DurationOption | undefined;
}

export interface DependencyOptions extends Pick<Dependency, "name"> {
  readonly condition?: WordOption<Dependency["condition"]> | undefined;
}

export interface LogOptions {
  readonly stdout?: string | undefined;
  readonly stderr?: string | undefined;
  readonly mode?: WordOption<NonNullable<ProcessTemplate["logs"]["mode"]>> | undefined;
  readonly maxSize?: ByteSizeOption | undefined;
  readonly maxFiles?: number | undefined;
  readonly bufferLines?: number | undefined;
  readonly echo?: boolean | undefined;
  readonly compress?: boolean | undefined;
  readonly maxTotalSize?: ByteSizeOption | undefined;
  readonly marker?: boolean | undefined;
  readonly stdoutLevel?: WordOption<LogLevel> | undefined;
  readonly stderrLevel?: WordOption<LogLevel> | undefined;
}
