#!/bin/sh
# Nanoseconds of one use of each part of the web API (api/main.js): one node beside Deno, the same file, each part in turn,
# in one instance. It is for finding what is far slower than it needs to be.
#
#   npm install --prefix DIR deno     # a binary for this machine
#   samples/bench/functions/api.sh DIR [MILLISECONDS OF WARMING AND OF MEASURING]
#
# Listens on loopback only, ports 18090 to 18100; leaves nothing running.
set -eu
peers=${1:?the folder with node_modules/.bin/deno}/node_modules/.bin
ms=${2:-1500}
. "$(dirname "$0")/../servers.sh"

cp "$root/samples/bench/functions/api/main.js" "$work/api.mjs"
cat >"$work/deno.mjs" <<'JS'
import api from './api.mjs';
Deno.serve({ port: 18100, hostname: '127.0.0.1', onListen() {} }, api.fetch);
JS

"$root/brink" version
begin_node 18090
begin deno "$peers/deno" run -A "$work/deno.mjs"
deploy "$root/samples/bench/functions/api"

# Nanoseconds of one $2 at port $1.
nanos() {
  curl -fsS --get --data-urlencode "op=$2" --data-urlencode "ms=$ms" "http://127.0.0.1:$1/api"
}

printf '%-30s %10s %10s %8s\n' 'nanoseconds of one' Brink Deno ratio
curl -fsS http://127.0.0.1:18100/api >"$work/names"
echo >>"$work/names"
while read -r name; do
  brink=$(nanos 18090 "$name")
  deno=$(nanos 18100 "$name")
  printf '%s\t%s\t%s\n' "$name" "$brink" "$deno" |
    awk -F '\t' '{printf "%-30s %10d %10d %8.1f\n", $1, $2, $3, $2 / ($3 ? $3 : 1)}'
done <"$work/names"
