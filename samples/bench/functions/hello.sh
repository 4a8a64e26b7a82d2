#!/bin/sh
# Requests per second of samples/functions/hello: one node beside Deno and workerd, the same file, the same load, in turn;
# then the p99 of the node and of Deno at half the rate that the node reached.
#
#   npm install --prefix DIR deno workerd     # binaries for this machine
#   samples/bench/functions/hello.sh DIR [ROUNDS [WARM-UP SECONDS]]
#
# Needs wrk. Listens on loopback only, ports 18090 to 18101; leaves nothing running.
set -eu
peers=${1:?the folder with node_modules/.bin/deno and workerd}/node_modules/.bin
rounds=${2:-5}
warm=${3:-60}
. "$(dirname "$0")/../servers.sh"

cp "$root/samples/functions/hello/main.js" "$work/hello.mjs"
cat >"$work/deno.mjs" <<'JS'
import hello from './hello.mjs';
Deno.serve({ port: 18100, hostname: '127.0.0.1', onListen() {} }, hello.fetch);
JS
cat >"$work/workerd.capnp" <<'CAPNP'
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "hello", worker = (
    modules = [(name = "hello.mjs", esModule = embed "hello.mjs")], compatibilityDate = "2025-01-01"))],
  sockets = [(name = "http", address = "127.0.0.1:18101", http = (), service = "hello")]
);
CAPNP

"$root/brink" version
begin_node 18090
begin deno "$peers/deno" run -A "$work/deno.mjs"
begin workerd "$peers/workerd" serve "$work/workerd.capnp"
deploy "$root/samples/functions/hello"

# For half the rate each connection waits before it asks again: 3 ms on the mean, and 0.3 for the answer.
echo 'function delay() return math.random(0, 6) end' >"$work/pace.lua"

# Prints requests per second and p99 of $1's answers in $2 seconds, from $3 connections (32), with $4 for wrk.
load() {
  # shellcheck disable=SC2086 # none or two words
  wrk -t1 "-c${3:-32}" "-d$2" ${4:-} --latency "http://127.0.0.1:$1/hello" |
    awk '/Requests\/sec/ {r = $2} /99%/ {p = $2} /Non-2xx|Socket errors/ {bad = bad " " $0}
      END {printf "%7.0f/s p99 %s%s", r, p, bad}'
}

left=$warm
while [ "$left" -gt 0 ]; do
  echo "warming  $(load 18090 5)"
  left=$((left - 5))
done
load 18100 1 >/dev/null
load 18101 1 >/dev/null
for round in $(seq "$rounds"); do
  brink=$(load 18090 3)
  echo "round $round  Brink $brink  Deno $(load 18100 3)  workerd $(load 18101 3)"
  echo "${brink%%/s*}" >>"$work/peaks"
done
half=$(sort -n "$work/peaks" | awk '{r[NR] = $1} END {printf "%d", r[int((NR + 1) / 2)] / 2}')
connections=$((half * 33 / 10000))
paced="-s $work/pace.lua"
for round in $(seq "$rounds"); do
  echo "at half  Brink $(load 18090 3 "$connections" "$paced")  Deno $(load 18100 3 "$connections" "$paced")"
done
