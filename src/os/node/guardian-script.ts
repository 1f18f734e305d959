/**
 * The guardian: a POSIX shell that reads orders from the host until the host is gone, and then ends its trees.
 * It is told `+ PID TICKS` and `- PID TICKS` for each host-bound process, and `quit` at an orderly end.
 *
 * - `read` sees the end of file when the host has ended in whatever way: no polling, nothing to be signalled.
 * - A group is signalled only while its leader is the process that was registered, by its start time, field 22 of
 *   proc_pid_stat(5): the name before it may hold blanks and parentheses, so everything up to the last `)` is cut off.
 * - A process that left its group is found by the host's token in its environment, proc_pid_environ(5). The search takes
 *   its time, and a PID found may be another process' by then: the few that were found are looked at again, and only those
 *   signalled that started when the found one did.
 * - SIGTERM first: a database should get the chance to write what it holds. A moment later SIGKILL until none is left.
 *   `kill` succeeds for zombies too, so those are not counted, and the number of rounds is bounded.
 */
export const guardianScript = `
unset DROVER_GUARDIAN
trap '' HUP INT QUIT TERM PIPE
token=$1 groups=' '
while read -r order pid ticks; do
  entry=$pid:$ticks
  case $order in
    +) groups="$groups$entry " ;;
    -) case $groups in *" $entry "*) groups="\${groups%%" $entry "*} \${groups#*" $entry "}" ;; esac ;;
    quit) exit 0 ;;
  esac
done
ticks_of() {
  line=
  read -r line 2>/dev/null < "/proc/$1/stat" || [ -n "$line" ] || return 1
  set -f; set -- \${line##*)}; set +f
  shift 19 2>/dev/null || return 1
  ticks=$1
}
carriers() {
  grep -lF -e "DROVER_ID=$token" "$@" 2>/dev/null
}
is_zombie() {
  case $line in *') Z '* | *') X '*) return 0 ;; *) return 1 ;; esac
}
sweep() {
  found=
  for entry in $groups; do
    ticks_of "\${entry%%:*}" && [ "$ticks" = "\${entry#*:}" ] || continue
    kill -s "$1" -- "-\${entry%%:*}" 2>/dev/null && { is_zombie || found=1; }
  done
  files=$(carriers /proc/[0-9]*/environ) seen=' '
  [ -n "$files" ] || files=/dev/null
  for file in $files; do
    pid=\${file#/proc/} pid=\${pid%/environ}
    ticks_of "$pid" && seen="$seen$pid:$ticks "
  done
  for file in $(carriers $files); do
    pid=\${file#/proc/} pid=\${pid%/environ}
    ticks_of "$pid" || continue
    case $seen in *" $pid:$ticks "*) kill -s "$1" "$pid" 2>/dev/null && found=1 ;; esac
  done
  [ -n "$found" ]
}
sweep TERM && sweep CONT && sleep 0.3
round=0
while sweep KILL && [ "$round" -lt 100 ]; do
  round=$((round + 1))
  sleep 0.02
done
`;

/** Arguments of the shell: short ones, as `ps` shows them. The script itself is in its environment. */
export function guardianArguments(token: string): readonly string[] {
  return ["-c", 'eval "$DROVER_GUARDIAN"', "drover-guardian", token];
}

export const guardianEnvironment: Readonly<Record<string, string>> = {
  PATH: "/usr/bin:/bin:/usr/sbin:/sbin",
  LC_ALL: "C",
  DROVER_GUARDIAN: guardianScript,
};
