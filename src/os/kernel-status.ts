/** Real, effective, saved and file-system id, as in proc_pid_status(5). */
export interface IdSet {
  readonly real: number;
  readonly effective: number;
  readonly saved: number;
  readonly fileSystem: number;
}

/**
 * The whole of `/proc/PID/status` as a record; see proc_pid_status(5) for each line. Sizes are in bytes. A field the
 * kernel does not report (kernel threads have no memory, old kernels lack lines) is undefined.
 */
export interface KernelStatus {
  /** Name of the executable, at most 15 bytes; may hold blanks, colons and parentheses. */
  readonly name: string;
  /** File mode creation mask as a number: the line `0022` is 18. */
  readonly umask: number | undefined;
  /** State in words, such as `sleeping` or `disk sleep`. */
  readonly state: string;
  /** State as the kernel's letter, such as `S`. */
  readonly stateLetter: string;
  readonly tgid: number;
  readonly ngid: number | undefined;
  readonly pid: number;
  readonly ppid: number;
  readonly tracerPid: number;
  readonly uid: IdSet;
  readonly gid: IdSet;
  /** Number of file descriptor slots allocated. */
  readonly fdSize: number | undefined;
  readonly groups: readonly number[];
  /** Ids in each PID namespace the process is in, outermost first. */
  readonly nsTgid: readonly number[];
  readonly nsPid: readonly number[];
  readonly nsPgid: readonly number[];
  readonly nsSid: readonly number[];
  readonly vmPeakBytes: number | undefined;
  readonly vmSizeBytes: number | undefined;
  readonly vmLockBytes: number | undefined;
  readonly vmPinBytes: number | undefined;
  readonly vmHwmBytes: number | undefined;
  readonly vmRssBytes: number | undefined;
  readonly rssAnonBytes: number | undefined;
  readonly rssFileBytes: number | undefined;
  readonly rssShmemBytes: number | undefined;
  readonly vmDataBytes: number | undefined;
  readonly vmStackBytes: number | undefined;
  readonly vmExeBytes: number | undefined;
  readonly vmLibBytes: number | undefined;
  readonly vmPteBytes: number | undefined;
  readonly vmSwapBytes: number | undefined;
  readonly hugetlbPagesBytes: number | undefined;
  readonly coreDumping: boolean | undefined;
  readonly threads: number;
  readonly signalsQueued: number | undefined;
  readonly signalsQueuedMax: number | undefined;
  /** Signal and capability sets as bit masks. */
  readonly sigPnd: bigint | undefined;
  readonly shdPnd: bigint | undefined;
  readonly sigBlk: bigint | undefined;
  readonly sigIgn: bigint | undefined;
  readonly sigCgt: bigint | undefined;
  readonly capInh: bigint | undefined;
  readonly capPrm: bigint | undefined;
  readonly capEff: bigint | undefined;
  readonly capBnd: bigint | undefined;
  readonly capAmb: bigint | undefined;
  readonly noNewPrivs: boolean | undefined;
  readonly seccomp: number | undefined;
  /** Hexadecimal mask of the CPUs it may run on. */
  readonly cpusAllowed: string | undefined;
  /** The same as a list, such as `0-2,6`. */
  readonly cpusAllowedList: string | undefined;
  readonly memsAllowed: string | undefined;
  readonly memsAllowedList: string | undefined;
  readonly voluntaryContextSwitches: number | undefined;
  readonly nonvoluntaryContextSwitches: number | undefined;
  /** Every line as the kernel wrote it, by its own key, also those this record has no field for. */
  readonly raw: Readonly<Record<string, string>>;
}
