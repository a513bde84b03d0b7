#!/usr/bin/env bash
# CPU time per request of nginx, of nginx with libmodsecurity and Debian's Core Rule Set, and of the engine with all
# managed groups, for the same requests in the same minutes.
#
#   apt-get install nginx-light libnginx-mod-http-modsecurity modsecurity-crs wrk
#   cargo build --profile dist -p haechi-bench-waf
#   bench/waf/modsecurity.sh target/dist/waf-cost [seconds per run] [runs]
#
# CPU time is that of the proxy's only worker process (utime + stime), divided by the answers that wrk counted; each
# number is the median of the runs. The engine's is in the output of waf-cost.
set -euo pipefail

cost=$(realpath "${1:?path of waf-cost}")
seconds=${2:-10}
runs=${3:-3}
work=$(mktemp -d)
backend=18180 plain=18181 guarded=18182
pids=()
cleanup() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT

module=/usr/lib/nginx/modules/ngx_http_modsecurity_module.so
[ -e "$module" ] || { echo "libnginx-mod-http-modsecurity is not installed" >&2; exit 2; }

# Debian's recommended settings with the engine on, and the rule set as Debian ships it.
sed -e 's/^SecRuleEngine .*/SecRuleEngine On/' -e '/^SecAuditLog /d' -e 's/^SecAuditEngine .*/SecAuditEngine Off/' \
    -e '/^SecUnicodeMapFile/d' /etc/nginx/modsecurity.conf > "$work/modsecurity.conf"
cat > "$work/rules.conf" <<RULES
Include $work/modsecurity.conf
Include /etc/modsecurity/crs/crs-setup.conf
Include /usr/share/modsecurity-crs/rules/*.conf
RULES

# serve NAME PORT LOCATION [MODULE]
serve() {
    local name=$1 port=$2 location=$3 load=${4:-}
    mkdir -p "$work/$name"
    cat > "$work/$name.conf" <<CONF
${load:+load_module $load;}
daemon off; worker_processes 1; pid $work/$name.pid; error_log $work/$name.log crit;
events { worker_connections 1024; }
http {
    access_log off; keepalive_requests 1000000; client_body_buffer_size 64k;
    client_body_temp_path $work/$name; proxy_temp_path $work/$name; fastcgi_temp_path $work/$name;
    uwsgi_temp_path $work/$name; scgi_temp_path $work/$name;
    upstream origin { server 127.0.0.1:$backend; keepalive 64; }
    server { listen 127.0.0.1:$port; location / { $location } }
}
CONF
    nginx -p "$work" -c "$work/$name.conf" &
    pids+=($!)
}
body=$(printf 'x%.0s' {1..128})
forward='proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;'
serve backend $backend "return 200 '$body';"
serve plain $plain "$forward"
serve guarded $guarded "modsecurity on; modsecurity_rules_file $work/rules.conf; $forward" "$module"
sleep 3

"$cost" --wrk get > "$work/get.lua"
"$cost" --wrk post > "$work/post.lua"

worker() { pgrep -P "$(cat "$work/$1.pid")"; }
ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; }

# cost NAME PORT REQUEST: microseconds of CPU per request, one line per run
measure() {
    local pid before after requests
    pid=$(worker "$1")
    for _ in $(seq "$runs"); do
        before=$(ticks "$pid")
        requests=$(wrk -t1 -c4 --timeout 30s -d"${seconds}s" -s "$work/$3.lua" "http://127.0.0.1:$2" | awk '/requests in/ {print $1}')
        after=$(ticks "$pid")
        awk -v t=$((after - before)) -v hz="$(getconf CLK_TCK)" -v n="$requests" 'BEGIN { printf "%.1f\n", t / hz * 1e6 / n }'
    done | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

echo "machine: $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2), $(nproc) cores, $(uname -r)"
echo "$(nginx -v 2>&1), $(dpkg-query -W -f='${Package} ${Version}, ' libmodsecurity3 libnginx-mod-http-modsecurity modsecurity-crs)"
for request in get post; do
    # What is refused would be cheap: the requests must pass.
    status=$(wrk -t1 -c1 -d1s -s "$work/$request.lua" "http://127.0.0.1:$guarded" | awk '/Non-2xx/ {print "refused"}')
    echo "$request: nginx $(measure plain $plain $request) us, with ModSecurity $(measure guarded $guarded $request) us ${status:-passed}"
done
"$cost"
