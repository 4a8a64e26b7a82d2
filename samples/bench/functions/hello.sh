#!/bin/sh
# Requests per second of samples/functions/hello: one node beside Deno and workerd, the same file, the same load, in turn.
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

# Prints requests per second and p99 of $1's answers in $2 seconds.
load() {
  wrk -t1 -c32 "-d$2" --latency "http://127.0.0.1:$1/hello" |
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
  echo "round $round  Brink $(load 18090 3)  Deno $(load 18100 3)  workerd $(load 18101 3)"
done
