# What the benchmarks share; they source it. Sets root, the project's folder, and work, a new one. When the script ends, so
# do the processes it began, and work goes.
root=$(CDPATH='' cd "$(dirname "$0")/../../.." && pwd -P)
work=$(mktemp -d)
pids=
stop() {
  for pid in $pids; do kill "$pid" 2>/dev/null || :; done
  # Who was told while it began may not have heard it.
  tries=0
  while [ $tries -lt 200 ] && running; do
    tries=$((tries + 1))
    sleep 0.2
  done
  for pid in $pids; do kill -9 "$pid" 2>/dev/null || :; done
  for pid in $pids; do wait "$pid" 2>/dev/null || :; done
  rm -rf "$work"
}
running() {
  for pid in $pids; do
    kill -0 "$pid" 2>/dev/null && return
  done
  return 1
}
trap stop EXIT
trap 'exit 130' INT TERM

# Begins a process in the background: what follows $1. It prints to $work/$1.log.
begin() {
  log=$work/$1.log
  shift
  "$@" >"$log" 2>&1 &
  pids="$pids $!"
}

# Begins a node whose ingress is at port $1, and its other ports at the four after that.
begin_node() {
  admin=http://127.0.0.1:$(($1 + 1))
  begin node "$root/brink" node --name bench --data-directory "$work/data" --ready-file "$work/ready" \
    --set "ingress.port=$1" --admin-port $(($1 + 1)) --link-port $(($1 + 2)) --discovery-port $(($1 + 3)) \
    --set "grid.communication-port=$(($1 + 4))"
}

# Waits until that node is ready and, for two and a half minutes at most, has made what it makes while it is idle, as one that
# is in service has (functions.idle-warm-up); and deploys the folders $@ to it.
deploy() {
  tries=0
  until [ -f "$work/ready" ]; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || { cat "$work/node.log" >&2; exit 1; }
    sleep 0.2
  done
  tries=0
  until grep -q 'instances to warm up' "$work/node.log" || [ $tries -ge 150 ]; do
    tries=$((tries + 1))
    sleep 1
  done
  for folder in "$@"; do
    "$root/brink" deploy --data-directory "$work/data" --admin "$admin" "$folder"
  done
}
