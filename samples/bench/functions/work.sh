#!/bin/sh
# Requests per second of five kinds of work (work/main.js): one node beside workerd and Deno, the same files, the same load, in turn.
#
#   npm install --prefix DIR deno workerd marked
#   samples/bench/functions/work.sh DIR [ROUNDS [WARM-UP SECONDS FOR EACH KIND]]
#
# Needs wrk and openssl. Listens on loopback only, ports 18090 to 18101; leaves nothing running.
set -eu
modules=${1:?the folder with node_modules of deno, workerd and marked}/node_modules
peers=$modules/.bin
rounds=${2:-3}
warm=${3:-20}
. "$(dirname "$0")/../servers.sh"

mkdir "$work/function"
cp "$root/samples/bench/functions/work/"* "$work/function"
cp "$modules/marked/lib/marked.esm.js" "$work/function/marked.js"
cd "$work"

# 12 KB of Markdown, 10 KB of orders, a token.
awk 'BEGIN {
  print "export const article = `"
  for (i = 0; i < 24; i++) printf "## Section %d\n\nSome *emphasis*, **strong** words, a [link](https://example.com/%d \"title\") and code like this: \\`x + %d\\`.\nIt goes on for another line, so that there is a paragraph to speak of, with &amp; and <b>HTML</b> in it.\n\n- one item with text\n- another one, *in part*\n  - nested, with a [second link](/path/%d)\n- the last\n\n1. first\n2. second\n\n> A quotation that says nothing in %d words.\n\n| a | b |\n|---|---|\n| %d | some cell |\n| 2 | another cell |\n\n\\`\\`\\`js\nconst answer = %d;\nconsole.log(answer * 2, \"text\");\n\\`\\`\\`\n\n", i, i, i, i, i, i, i
  print "`;"
}' >function/article.js
awk 'BEGIN {
  printf "{\"orders\":["
  for (i = 0; i < 48; i++) printf "%s{\"id\":%d,\"customer\":\"customer-%d\",\"at\":\"2026-11-%02dT10:00:00Z\",\"lines\":[{\"sku\":\"a-%d\",\"count\":%d,\"cents\":1250},{\"sku\":\"b-%d\",\"count\":2,\"cents\":399}],\"note\":\"please ring twice, it is the door on the left\"}", i ? "," : "", i, i % 10, 1 + i % 28, i, 1 + i % 5, i
  printf "]}"
}' >orders.json
encoded() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
unsigned=$(printf '{"alg":"HS256","typ":"JWT"}' | encoded).$(printf '{"sub":"1234567890","name":"Jane Doe","scope":"read write","exp":1999999999}' | encoded)
token=$unsigned.$(printf '%s' "$unsigned" | openssl dgst -sha256 -hmac 'a key for a benchmark' -binary | encoded)
cat >json.lua <<LUA
wrk.method = 'POST'
wrk.headers['content-type'] = 'application/json'
wrk.body = io.open('$work/orders.json'):read('*a')
LUA
echo "wrk.headers['authorization'] = 'Bearer $token'" >jwt.lua
touch markdown.lua stream.lua template.lua

cat >deno.mjs <<'JS'
import work from './function/main.js';
Deno.serve({ port: 18100, hostname: '127.0.0.1', onListen() {} }, work.fetch);
JS
cat >workerd.capnp <<'CAPNP'
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "work", worker = (
    modules = [(name = "main.js", esModule = embed "function/main.js"), (name = "marked.js", esModule = embed "function/marked.js"),
      (name = "article.js", esModule = embed "function/article.js")], compatibilityDate = "2025-01-01"))],
  sockets = [(name = "http", address = "127.0.0.1:18101", http = (), service = "work")]
);
CAPNP

"$root/brink" version
begin_node 18090
begin deno "$peers/deno" run -A deno.mjs
begin workerd "$peers/workerd" serve workerd.capnp
deploy function

# Prints requests per second and p99 of kind $1 at port $2 in $3 seconds.
load() {
  wrk -t1 -c32 "-d$3" --latency -s "$1.lua" "http://127.0.0.1:$2/work/$1" |
    awk '/Requests\/sec/ {r = $2} /99%/ {p = $2} /Non-2xx|Socket errors/ {bad = bad " " $0}
      END {printf "%7.0f/s p99 %s%s", r, p, bad}'
}

for kind in json markdown jwt stream template; do
  for port in 18090 18100 18101; do
    if [ "$kind" = json ]; then
      curl -fsS -H 'content-type: application/json' --data-binary @orders.json "http://127.0.0.1:$port/work/json"
    else
      curl -fsS -H "authorization: Bearer $token" "http://127.0.0.1:$port/work/$kind"
    fi | cksum
  done | awk -v kind="$kind" '{seen[$1 " " $2]++} END {for (s in seen) n++; if (n != 1) {print kind ": answers differ"; exit 1}}'
done
for kind in json markdown jwt stream template; do
  load $kind 18090 "$warm" >/dev/null
  load $kind 18100 2 >/dev/null
  load $kind 18101 2 >/dev/null
done
for kind in json markdown jwt stream template; do
  for round in $(seq "$rounds"); do
    echo "$kind $round  Brink $(load $kind 18090 4)  Deno $(load $kind 18100 4)  workerd $(load $kind 18101 4)"
  done
done
