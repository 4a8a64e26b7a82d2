#!/bin/sh
# Fresh hits of one node's cache beside nginx, Varnish and Traffic Server: the same objects, the same load, in turn.
#
#   samples/bench/cache/hits.sh [ROUNDS [WARM-UP SECONDS [OBJECTS]]]    # '1k 100k 1m'; what is paced, with 1k alone
#
# Needs nginx, varnishd, traffic_server, wrk and hey (Debian: nginx-light varnish trafficserver wrk hey).
# All peers keep objects in memory and log nothing. Listens on loopback only, ports 18190 to 18203; leaves nothing running.
set -eu
PATH=$PATH:/usr/sbin
rounds=${1:-5}
warm=${2:-20}
objects=${3:-1k 100k 1m}
. "$(dirname "$0")/../servers.sh"
chmod 755 "$work"

# The origin: files, fresh for an hour.
mkdir "$work/www"
head -c 1024 /dev/urandom >"$work/www/1k"
head -c 102400 /dev/urandom >"$work/www/100k"
head -c 1048576 /dev/urandom >"$work/www/1m"
chmod -R a+rX "$work"
head='daemon off; worker_rlimit_nofile 4096; error_log /dev/null crit;'
[ "$(id -u)" != 0 ] || head="user root; $head"
cat >"$work/origin.conf" <<NGINX
$head worker_processes 1; pid $work/origin.pid;
events { worker_connections 1024; }
http {
  access_log off; sendfile on;
  server { listen 127.0.0.1:18200; root $work/www; add_header Cache-Control "public, max-age=3600"; }
}
NGINX
cat >"$work/nginx.conf" <<NGINX
$head worker_processes auto; pid $work/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nodelay on; keepalive_requests 100000000;
  proxy_cache_path $work/nginx keys_zone=hits:10m max_size=256m;
  server {
    listen 127.0.0.1:18201 reuseport;
    location / { proxy_pass http://127.0.0.1:18200; proxy_cache hits; proxy_cache_lock on; }
  }
}
NGINX
begin origin nginx -c "$work/origin.conf"
begin nginx nginx -c "$work/nginx.conf"
begin varnish varnishd -F -a 127.0.0.1:18202 -b 127.0.0.1:18200 -s malloc,256m -n "$work/varnish" -T none
mkdir "$work/ats" "$work/ats/etc" "$work/ats/run" "$work/ats/log" "$work/ats/cache"
cp -R /etc/trafficserver/body_factory /etc/trafficserver/ip_allow.yaml "$work/ats/etc/"
cat >"$work/ats/runroot.yaml" <<ATS
prefix: $work/ats
sysconfdir: $work/ats/etc
localstatedir: $work/ats/run
runtimedir: $work/ats/run
logdir: $work/ats/log
cachedir: $work/ats/cache
ATS
cat >"$work/ats/etc/records.config" <<'ATS'
CONFIG proxy.config.http.server_ports STRING 18203:ip-in=127.0.0.1
CONFIG proxy.config.admin.user_id STRING #-1
CONFIG proxy.config.http.cache.required_headers INT 1
CONFIG proxy.config.cache.ram_cache.size INT 256M
CONFIG proxy.config.cache.ram_cache_cutoff INT 4194304
CONFIG proxy.config.log.logging_enabled INT 0
CONFIG proxy.config.diags.debug.enabled INT 0
CONFIG proxy.config.url_remap.remap_required INT 1
ATS
echo 'map / http://127.0.0.1:18200/' >"$work/ats/etc/remap.config"
echo "$work/ats/cache 512M" >"$work/ats/etc/storage.config"
begin ats traffic_server --run-root="$work/ats/runroot.yaml"

"$root/brink" version
mkdir "$work/site"
echo '{"name":"site","routes":["/*"],"origin":{"servers":[{"url":"http://127.0.0.1:18200"}],"cache":{}}}' \
  >"$work/site/brink.json"
begin_node 18190
deploy "$work/site" >/dev/null

# For half the rate each connection waits before it asks again: 3 ms on the mean, and 0.3 for the answer.
echo 'function delay() return math.random(0, 6) end' >"$work/pace.lua"

# Prints how often $2 was answered a second by port $1 in $3 seconds, from $4 connections (32), with $5 for wrk.
load() {
  # shellcheck disable=SC2086 # none or two words
  wrk -t1 "-c${4:-32}" "-d$3" ${5:-} --latency "http://127.0.0.1:$1/$2" |
    awk '/Requests\/sec/ {r = $2} /99%/ {p = $2} /Non-2xx|Socket errors/ {bad = bad " " $0}
      END {printf "%7.0f/s p99 %s%s", r, p, bad}'
}

# Prints the p99 of port $1 at $2 requests of 1 KB a second.
paced() {
  hey -z 5s -c 8 -q $(($2 / 8)) "http://127.0.0.1:$1/1k" |
    awk '/Requests\/sec/ {r = $2} /99%.* in / {p = $3} /^ *\[[345][0-9][0-9]\]/ {bad = bad " " $0}
      END {printf "%6.0f/s p99 %.2f ms%s", r, p * 1000, bad}'
}

for port in 18190 18201 18202 18203; do
  for object in 1k 100k 1m; do
    sum=$(curl -sf "http://127.0.0.1:$port/$object" | cksum)
    [ "$sum" = "$(cksum <"$work/www/$object")" ] ||
      { echo "port $port: /$object is not the origin's" >&2; tail -5 "$work"/*.log >&2; exit 1; }
  done
done
for object in $objects; do
  echo "warming $object  $(load 18190 $object "$warm")"
done
for object in $objects; do
  for round in $(seq "$rounds"); do
    brink=$(load 18190 $object 3)
    echo "$object round $round  Brink $brink  nginx $(load 18201 $object 3)" \
      " Varnish $(load 18202 $object 3)  Traffic Server $(load 18203 $object 3)"
    echo "${brink%%/s*}" >>"$work/peaks-$object"
  done
done
case " $objects " in *" 1k "*) ;; *) exit ;; esac
half=$(sort -n "$work/peaks-1k" | awk '{r[NR] = $1} END {printf "%d", r[int((NR + 1) / 2)] / 2}')
connections=$((half * 33 / 10000))
paced="-s $work/pace.lua"
for round in $(seq "$rounds"); do
  echo "1k at half, round $round  Brink $(load 18190 1k 3 $connections "$paced")" \
    " nginx $(load 18201 1k 3 $connections "$paced")  Varnish $(load 18202 1k 3 $connections "$paced")" \
    " Traffic Server $(load 18203 1k 3 $connections "$paced")"
done
for round in $(seq "$rounds"); do
  for rate in 2000 6000; do
    echo "paced $rate round $round  Brink $(paced 18190 $rate)  nginx $(paced 18201 $rate)" \
      " Varnish $(paced 18202 $rate)  Traffic Server $(paced 18203 $rate)"
  done
done
