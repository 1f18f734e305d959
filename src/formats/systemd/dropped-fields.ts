import type { FieldRule } from "../format.js";
import { droppedRule } from "../rule.js";

/** systemd.exec(5), systemd.resource-control(5): what a service may not do or see. */
const confinement = `NoNewPrivileges ProtectSystem ProtectHome ProtectClock ProtectHostname ProtectKernelTunables ProtectKernelModules ProtectKernelLogs
  ProtectControlGroups ProtectProc ProcSubset PrivateTmp PrivateDevices PrivateNetwork PrivateUsers PrivateIPC PrivateMounts PrivatePIDs ReadOnlyPaths ReadWritePaths
  InaccessiblePaths ExecPaths NoExecPaths TemporaryFileSystem BindPaths BindReadOnlyPaths MountFlags RestrictAddressFamilies RestrictNamespaces RestrictRealtime
  RestrictSUIDSGID RestrictFileSystems LockPersonality MemoryDenyWriteExecute RemoveIPC SystemCallFilter SystemCallArchitectures SystemCallErrorNumber
  CapabilityBoundingSet AmbientCapabilities SecureBits DeviceAllow DevicePolicy IPAddressAllow IPAddressDeny SocketBindAllow SocketBindDeny KeyringMode`;

const controlGroups = `Slice Delegate TasksMax MemoryMin MemoryLow MemoryHigh MemorySwapMax MemoryLimit CPUAccounting MemoryAccounting IOAccounting TasksAccounting
  CPUWeight StartupCPUWeight CPUShares IOWeight BlockIOWeight IOReadBandwidthMax IOWriteBandwidthMax AllowedCPUs AllowedMemoryNodes`;

const scheduling = `IOSchedulingClass IOSchedulingPriority CPUSchedulingPolicy CPUSchedulingPriority CPUSchedulingResetOnFork OOMScoreAdjust OOMPolicy TimerSlackNSec
  NUMAPolicy NUMAMask`;

const directories = "RuntimeDirectory StateDirectory CacheDirectory LogsDirectory ConfigurationDirectory";

const journal = `SyslogIdentifier SyslogFacility SyslogLevel SyslogLevelPrefix LogLevelMax LogRateLimitIntervalSec LogRateLimitBurst LogExtraFields LogNamespace
  TTYPath TTYReset TTYVHangup TTYVTDisallocate`;

/** Settings of a service that drover has nothing for, and what follows from that. */
export function droppedServiceFields(): readonly FieldRule[] {
  return [
    ...all(confinement, "the process is not confined: it may do what its user may"),
    ...all(controlGroups, "drover makes no control groups"),
    ...all(scheduling, "drover leaves it as it is for every process"),
    ...all(directories, "make the directory, and name it in env where the program looks for that"),
    ...directories.split(" ").map((name) => droppedRule(`${name}Mode`, "make the directory with that mode")),
    ...all(journal, "drover keeps a log of its own"),
    ...all("RootDirectory RootImage", "it runs in the file system as it is"),
    ...all("WatchdogSec NotifyAccess", "drover hears no sd_notify: write a liveness check"),
    ...all("SendSIGHUP SendSIGKILL FinalKillSignal RestartKillSignal", "after the grace period SIGKILL ends the tree"),
    droppedRule("RuntimeMaxSec", "nothing is ended for its age"),
    droppedRule("SupplementaryGroups", "it has the groups of its user"),
    droppedRule("UnsetEnvironment", "set inheritEnv: false in its template, and name in env what it needs"),
    droppedRule("StandardInput", "it reads nothing"),
    droppedRule("Sockets", "drover opens no sockets for programs: let it listen itself"),
  ];
}

/** Settings of every kind of unit. */
export function droppedUnitFields(): readonly FieldRule[] {
  const orders = "it orders units; write dependsOn for processes of drover";
  return [
    ...all("After Before Wants Requires Requisite BindsTo PartOf Upholds Conflicts RequiresMountsFor", orders),
    ...all("OnFailure OnSuccess", "notifications$ and /api/events tell how it ends"),
    ...all("Condition* Assert*", "it is started, whatever the condition says"),
    ...all("DefaultDependencies RefuseManualStart RefuseManualStop", "it is about units of systemd"),
  ];
}

const all = (names: string, note: string): readonly FieldRule[] =>
  names.split(/\s+/).map((name) => droppedRule(name, note));
