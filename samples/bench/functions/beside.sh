#!/bin/sh
# How quick samples/functions/hello stays beside a function that computes for 300 ms, of which two clients always have one
# under way: one node beside Deno and workerd, the same files, the same load, in turn.
#
#   npm install --prefix DIR deno workerd     # binaries for this machine
#   samples/bench/functions/beside.sh DIR [ROUNDS [WARM-UP SECONDS]]
#
# Needs wrk. Listens on loopback only, ports 18090 to 18105; leaves nothing running.
set -eu
peers=${1:?the folder with node_modules/.bin/deno and workerd}/node_modules/.bin
rounds=${2:-3}
warm=${3:-10}
. "$(dirname "$0")/../servers.sh"

mkdir "$work/burner"
cp "$root/samples/functions/hello/main.js" "$work/hello.mjs"
cat >"$work/burner/main.js" <<'JS'
export default {
  fetch() {
    const end = Date.now() + 300;
    let sum = 0;
    while (Date.now() < end) sum += Math.sqrt(sum + 1);
    return new Response(String(sum > 0));
  },
};
JS
cp "$work/burner/main.js" "$work/burner.mjs"
cat >"$work/burner/brink.json" <<'JSON'
{ "name": "burner", "routes": ["/burner"], "limits": { "cpuMs": 5000 } }
JSON
cat >"$work/main.mjs" <<'JS'
import hello from './hello.mjs';
import burner from './burner.mjs';
export default { fetch: (request) => (request.url.endsWith('/burner') ? burner : hello).fetch(request) };
JS
cat >"$work/deno.mjs" <<'JS'
import main from './main.mjs';
Deno.serve({ port: 18100, hostname: '127.0.0.1', onListen() {} }, main.fetch);
JS
cat >"$work/workerd.capnp" <<'CAPNP'
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [
      (name = "main.mjs", esModule = embed "main.mjs"),
      (name = "hello.mjs", esModule = embed "hello.mjs"),
      (name = "burner.mjs", esModule = embed "burner.mjs")],
    compatibilityDate = "2025-01-01"))],
  sockets = [(name = "http", address = "127.0.0.1:18101", http = (), service = "main")]
);
CAPNP

"$root/brink" version
begin_node 18090
begin deno "$peers/deno" run -A "$work/deno.mjs"
begin workerd "$peers/workerd" serve "$work/workerd.capnp"
deploy "$root/samples/functions/hello" "$work/burner"

# Prints requests per second of hello, its p50 and p99, and the burners' rate, of $2 seconds at port $1.
load() {
  wrk -t1 -c2 "-d$2" --timeout 10 "http://127.0.0.1:$1/burner" >"$work/burnt" 2>&1 &
  burners=$!
  wrk -t1 -c4 "-d$2" --timeout 10 --latency "http://127.0.0.1:$1/hello" |
    awk '/Requests\/sec/ {r = $2} /50%/ {m = $2} /99%/ {p = $2} /Non-2xx|Socket errors/ {bad = bad " " $0}
      END {printf "%6.0f/s p50 %s p99 %s%s", r, m, p, bad}'
  wait "$burners"
  awk '/Requests\/sec/ {printf " (burners %s/s)", $2} /Non-2xx|Socket errors/ {printf " %s", $0}' "$work/burnt"
}

wrk -t1 -c4 "-d$warm" "http://127.0.0.1:18090/hello" >/dev/null
load 18090 3 >/dev/null
load 18100 1 >/dev/null
load 18101 1 >/dev/null
for round in $(seq "$rounds"); do
  echo "round $round  Brink $(load 18090 5)  Deno $(load 18100 5)  workerd $(load 18101 5)"
done
