#!/usr/bin/env bash
# What processes cost while they do nothing: percent of a core of each, and by thread the percent and how often it woke,
# for one process on average. Linux only.
#
#   ./brink demo &    # and wait for a minute, until what starting left behind is compiled
#   samples/bench/idle.sh SECONDS PID...
set -euo pipefail
seconds=${1:?usage: idle.sh SECONDS PID...}
shift

# A line for each thread: name without numbers, process, thread, nanoseconds run, times woken.
look() {
  local pid task name ran woke
  for pid; do
    for task in /proc/"$pid"/task/*; do
      name=$(tr ' ' '_' <"$task/comm" | sed 's/[0-9][0-9]*/N/g') || continue
      read -r ran _ <"$task/schedstat" || continue
      woke=$(awk '/^voluntary/ { print $2 }' "$task/status") || continue
      echo "$name $pid ${task##*/} $ran $woke"
    done
  done 2>/dev/null # of threads that are gone meanwhile
}

before=$(look "$@")
began=$(date +%s%N)
sleep "$seconds"
after=$(look "$@")
ended=$(date +%s%N)
{ echo "$before"; echo ---; echo "$after"; } | awk -v nanos=$((ended - began)) -v processes=$# '
  $1 == "---" { second = 1; next }
  !second { ran[$2 $3] = $4; woke[$2 $3] = $5; next }
  {
    used[$2] += $4 - ran[$2 $3]
    of[$1] += $4 - ran[$2 $3]
    wakes[$1] += $5 - woke[$2 $3]
  }
  END {
    for (pid in used) printf "process %s: %.2f %% of a core\n", pid, 100 * used[pid] / nanos
    for (name in of) {
      line = sprintf("%8.2f %%  %7.1f wakes/s  %s", 100 * of[name] / nanos / processes, wakes[name] * 1e9 / nanos / processes, name)
      print line | "sort -rn | head -16"
    }
  }'
