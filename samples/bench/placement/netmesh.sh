#!/usr/bin/env bash
# Measures what placement's choices are worth on nodes in network namespaces of their own, over emulated wide-area links.
#
#   netmesh.sh TOOL [NODES] [OUT.json]
#
# TOOL is a folder with netns-mesh.sh (up N MATRIX, exec I CMD, down; nodes at 10.77.0.1 and up) and a matrix of
# round-trip times in ms, mesh6.txt. Needs root and iproute2. Runs about four minutes and takes down what it put up.
# BRINK is the command to run instead of ./brink; REQUESTS, RATE, WARM_UP (seconds), REPEATS: as of bench placement.
set -euo pipefail
tool=$(cd "${1:?usage: netmesh.sh TOOL [NODES] [OUT.json]}" && pwd)
nodes=${2:-6}
out=$(realpath -m "${3:-placement-netmesh.json}")
here=$(cd "$(dirname "$0")/../../.." && pwd)
brink=${BRINK:-$here/brink}
folder=$(mktemp -d)
export BRINK_ADMIN_TOKEN=bench-token-0123456789
pids=()

down() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  "$tool/netns-mesh.sh" down >/dev/null || true
  rm -rf "$folder"
}
trap down EXIT

"$brink" version >/dev/null # builds, if need be, before anything is timed
"$tool/netns-mesh.sh" up "$nodes" "$tool/mesh6.txt"
admins=()
for ((i = 0; i < nodes; i++)); do
  ip=10.77.0.$((i + 1))
  admins+=(--admin "http://$ip:9090")
  seeds=()
  [ "$i" -gt 0 ] && seeds=(--seed 10.77.0.1:47500)
  "$tool/netns-mesh.sh" exec "$i" "$brink" node --name "n$i" --data-directory "$folder/n$i" \
    --set ingress.bind-address=$ip --set admin.bind-address=$ip --set link.bind-address=$ip \
    --set grid.bind-address=$ip --set grid.preset=wan --set insecure=true \
    --set functions.lanes=2 --set placement.regret-sample=1 --set placement.regret-repeats="${REPEATS:-3}" "${seeds[@]}" >"$folder/n$i.log" 2>&1 &
  pids+=($!)
  # One after the other: several that start at once on few processors take each other's time until it is up.
  for ((tries = 0; tries < 600; tries++)); do
    grep -q "is ready in" "$folder/n$i.log" && break
    kill -0 "${pids[i]}" || break
    sleep 0.2
  done
  grep -q "is ready in" "$folder/n$i.log" || { cat "$folder/n$i.log" >&2; exit 1; }
done
for ((tries = 0; tries < 120; tries++)); do
  live=$("$brink" nodes "${admins[@]:0:2}" 2>/dev/null | grep -c " live " || true)
  [ "$live" -eq "$nodes" ] && break
  sleep 0.5
done
[ "$live" -eq "$nodes" ] || { tail -n 5 "$folder"/*.log >&2; exit 1; }
sleep 3 # the first pings of every link
"$brink" bench placement --running "${admins[@]}" --requests "${REQUESTS:-100}" --rate "${RATE:-1}" \
  --warm-up "${WARM_UP:-30}" --json "$out"
