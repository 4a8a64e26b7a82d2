#!/usr/bin/env bash
# Measures what placement's choices are worth on nodes in network namespaces of their own, over emulated wide-area links.
#
#   netmesh.sh TOOL [NODES] [OUT.json]
#
# TOOL is a folder with netns-mesh.sh (up N MATRIX, exec I CMD, down; nodes at 10.77.0.1 and up) and a matrix of
# round-trip times in ms, mesh6.txt. Needs root and iproute2. Runs some six minutes, longer beside other programs, and takes down what it put up,
# also when it fails or is stopped.
#
#   BRINK                            the command to run instead of ./brink
#   REQUESTS, RATE, WARM_UP, REPEATS as of bench placement; 50, 0.25 a second, 60 seconds, 1: more is not light load on
#                                    two processors, for each request is 12 runs on six nodes
#   NODE_OPTS                        the nodes' JVM flags; where GraalJS only interprets, leave out the polyglot one
set -euo pipefail
tool=$(cd "${1:?usage: netmesh.sh TOOL [NODES] [OUT.json]}" && pwd)
nodes=${2:-6}
out=$(realpath -m "${3:-placement-netmesh.json}")
here=$(cd "$(dirname "$0")/../../.." && pwd)
brink=${BRINK:-$here/brink}
# As the nodes of bench placement: six JVMs share the machine's processors, and compilers are the most of their load.
node_opts=${NODE_OPTS:-"-Xms128m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:+UnlockDiagnosticVMOptions
  -XX:-AOTReplayTraining -Dpolyglot.engine.FirstTierCompilationThreshold=50000"}
export BRINK_ADMIN_TOKEN=bench-token-0123456789
export MESH_PREFIX=brink MESH_RUN=/run/netns-mesh.brink

fail() {
  echo "netmesh.sh: $*" >&2
  exit 1
}

[ "$(id -u)" -eq 0 ] || fail "needs root"
for device in meshhost pmbr brinkbr; do
  ! ip link show "$device" >/dev/null 2>&1 || fail "a mesh of this tool is up: there is a device $device"
done
[ ! -e "$MESH_RUN" ] || fail "$MESH_RUN was left behind: MESH_PREFIX=$MESH_PREFIX $tool/netns-mesh.sh down"

folder=$(mktemp -d)
pids=()

# Waits until every process is gone, for so many seconds.
gone() {
  local end=$((SECONDS + $1)) pid
  for pid in "${pids[@]}"; do
    while kill -0 "$pid" 2>/dev/null; do
      [ "$SECONDS" -lt "$end" ] || return 1
      sleep 0.1
    done
  done
}

down() {
  local status=$?
  trap '' INT TERM HUP
  [ "$status" -eq 0 ] || tail -n 5 "$folder"/*.log >&2 || true
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  if ! gone 20; then
    for pid in "${pids[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
    gone 5 || true
  fi
  [ ! -e "$MESH_RUN" ] || "$folder/tool/netns-mesh.sh" down >/dev/null || true
  rm -rf "$folder"
  exit "$status"
}
trap down EXIT

# Runs a command that a signal to this script ends, too.
watched() {
  "$@" &
  pids+=($!)
  wait $!
}

cp -r "$tool" "$folder/tool" # it may build a program beside itself
chmod -R u+w "$folder/tool"
"$brink" version >/dev/null # builds, if need be, before anything is timed
"$folder/tool/netns-mesh.sh" up "$nodes" "$folder/tool/mesh6.txt"

start() {
  local i=$1 ip=10.77.0.$(($1 + 1)) seed=()
  [ "$i" -eq 0 ] || seed=(--seed 10.77.0.1:47500)
  BRINK_JAVA_OPTS=$(echo $node_opts) "$folder/tool/netns-mesh.sh" exec "$i" "$brink" node --name "n$i" \
    --data-directory "$folder/n$i" --ready-file "$folder/n$i.ready" --set ingress.bind-address=$ip \
    --set admin.bind-address=$ip --set link.bind-address=$ip --set grid.bind-address=$ip --set grid.preset=wan \
    --set grid.start-timeout=120s --set grid.off-heap=16m --set grid.kv-memory=32m --set insecure=true \
    --set functions.lanes=2 --set placement.regret-sample=1 --set placement.regret-repeats="${REPEATS:-1}" \
    "${seed[@]}" >"$folder/n$i.log" 2>&1 &
  pids+=($!)
}

# Waits until node I serves.
serving() {
  local end=$((SECONDS + 120))
  until [ -e "$folder/n$1.ready" ]; do
    kill -0 "${pids[$1]}" 2>/dev/null || fail "node $1 ended while starting"
    [ "$SECONDS" -lt "$end" ] || fail "node $1 does not serve after 120 s"
    sleep 0.1
  done
}

# The first alone, for the others join it, and these two at a time: more take each other's processors.
admins=()
for ((i = 0; i < nodes; i++)); do
  admins+=(--admin "http://10.77.0.$((i + 1)):9090")
  start "$i"
  [ "$i" -eq 0 ] && serving 0
  [ "$i" -lt 2 ] || serving $((i - 1))
done
serving $((nodes - 1))
echo "$nodes nodes serve after $SECONDS s"
live=0
for ((tries = 0; tries < 60 && live < nodes; tries++)); do
  live=$("$brink" nodes "${admins[@]:0:2}" 2>/dev/null | grep -c " live " || true)
  [ "$live" -eq "$nodes" ] || sleep 0.5
done
[ "$live" -eq "$nodes" ] || fail "$live of $nodes nodes are live"
sleep 3 # the first pings of every link
BRINK_JAVA_OPTS=$(echo $node_opts) watched "$brink" bench placement --running "${admins[@]}" \
  --requests "${REQUESTS:-50}" --rate "${RATE:-0.25}" --warm-up "${WARM_UP:-60}" --json "$out"
echo "done after $SECONDS s"
