#!/bin/sh
# drover as the first process of a container: `drover-init up` instead of `drover up`. Whatever is orphaned in a container becomes a
# child of its first process, which has to collect it when it ends, wait(2). Node collects what it has started itself and nothing
# else; a shell that waits collects all.

pass_on() {
  [ -n "$!" ] || exit 143
  kill "-$1" "$!" 2>/dev/null
}
# Before anything else: the first process of a namespace gets no signal that it has no handler for, kill(2).
for signal in TERM INT HUP QUIT USR1 USR2; do
  # shellcheck disable=SC2064
  trap "pass_on $signal" "$signal"
done

main=$(dirname "$(readlink -f "$0")")/main.js
node=${DROVER_INIT_NODE:-node}
unset DROVER_INIT_NODE

# With job control drover has a process group of its own: Ctrl-C in a terminal then reaches it once, through the trap.
set -m 2>/dev/null
"$node" "$main" "$@" &
drover=$!

# A trapped signal ends `wait`, whose status then is not drover's.
while :; do
  wait "$drover"
  status=$?
  kill -0 "$drover" 2>/dev/null || break
done
exit "$status"
