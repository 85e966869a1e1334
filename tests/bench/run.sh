#!/usr/bin/env bash
# run.sh - the benchmark: a private stack under build/bench, pgbench and wrk on it, one report.
# BENCH_SECONDS for each case (10), BENCH_ACCOUNTS (100000), BENCH_LARGE=0 leaves out the million accounts, BENCH_KEEP=1
# leaves the stack running. The report goes to run/bench.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

SECONDS_EACH=${BENCH_SECONDS:-10}
ACCOUNTS=${BENCH_ACCOUNTS:-100000}
LARGE_ACCOUNTS=1000000
CATCH_UP_SECONDS=120
LARGE_ROUNDS=8 # two entries each for every pair of accounts, and two of each account's deposit: ten millions
OUT=$PWD/build/bench
REPORT=$PWD/run/bench
export PAYBUS_HOME=$OUT/run PAYBUS_HTTP_PORT=28000 PAYBUS_ADMIN_PORT_BASE=28001 PAYBUS_POSTGRES_PORT=28432 \
  PAYBUS_NATS_PORT=28222 PAYBUS_NATS_MONITOR_PORT=28223 PAYBUS_MONITORING=0
PG=/usr/lib/postgresql/15/bin
mkdir -p "$OUT" "$REPORT"
RESULTS=$OUT/results.txt
: >"$RESULTS"

# shellcheck source=/dev/null
source compose/local/lib.sh

note() { printf '%s\n' "$*" | tee -a "$RESULTS"; }

# A run of recon-svc over what is new, to its end.
reconciled() { # reconciled UNTIL
  local code running
  until code=$(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \
    -d '{}' "http://127.0.0.1:$PAYBUS_HTTP_PORT/v1/reconcile/run") && [[ $code == 20[02] ]]; do
    ((SECONDS < $1)) || die "no run of recon-svc: $code"
    sleep 0.2
  done
  while running=$(curl -sf "http://127.0.0.1:$((PAYBUS_ADMIN_PORT_BASE + 2))/metrics" | awk '/^paybus_recon_running / { print $2 }') &&
    [[ $running != 0 ]]; do
    ((SECONDS < $1)) || die "a run of recon-svc does not end"
    sleep 0.1
  done
}

# What the case before left behind - events for recon-svc and webhook-svc, work, messages of the relay, books to be proved -
# is worked off before the next one begins: a figure is about its own case.
caught_up() {
  local port lag until=$((SECONDS + CATCH_UP_SECONDS))
  for port in 0 1 2; do
    while lag=$(curl -sf "http://127.0.0.1:$((PAYBUS_ADMIN_PORT_BASE + port))/metrics" |
      awk '/^paybus_(ledger_relay_lag_seconds|work_pending|delivery_events_pending|recon_events_pending)[{ ]/ { sum += $NF }
        END { print sum + 0 }') && [[ $lag != 0 ]]; do
      ((SECONDS < until)) || die "after $CATCH_UP_SECONDS s the services have not caught up"
      sleep 0.1
    done
  done
  reconciled "$until"
}

# record NAME COMMAND...: the command's RESULT line goes to the results under a name.
record() {
  local name=$1 line
  shift
  caught_up
  line=$("$@" | grep '^RESULT ') || die "the case $name gave no result"
  note "$name ${line#RESULT }"
}

superuser() { # superuser PROGRAM DATABASE ARGUMENTS...
  local program=$1 database=$2
  shift 2
  as_service env "PGPASSFILE=$HOME_DIR/secrets/postgres.pgpass" PGHOST=127.0.0.1 "PGPORT=$PAYBUS_POSTGRES_PORT" \
    PGUSER=postgres "PGDATABASE=$database" "$program" "$@"
}

# Best of a program that prints "tps = N"; the latency is the median of pgbench's own log, not its mean.
pgbench_case() { # pgbench_case DATABASE CLIENTS
  local log=$HOME_DIR/pgbench tps median
  as_service rm -rf "$log"
  as_service mkdir "$log"
  tps=$(superuser "$PG/pgbench" "$1" -n -M prepared -c "$2" -j 2 -T "$SECONDS_EACH" -l --log-prefix="$log/t" 2>/dev/null |
    awk '/^tps/ { printf "%.0f", $3 }')
  median=$(as_service bash -c "cat $log/t.* | awk '{ print \$3 }' | sort -n" |
    awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')
  echo "RESULT clients=$2 tps=$tps p50_us=$median"
}

wrk_case() { # wrk_case SCRIPT CONNECTIONS ARGUMENTS...
  local script=$1 connections=$2 threads=2
  shift 2
  ((connections > 1)) || threads=1
  BENCH_KEY=$KEY wrk -t "$threads" -c "$connections" -d "${SECONDS_EACH}s" --timeout 10s -s "tests/bench/$script.lua" \
    "http://127.0.0.1:$PAYBUS_HTTP_PORT" -- "$@" "$ID_PREFIX"
}

# Keys must not repeat from case to case.
word() { printf '%s-%s' "$1" "$(date +%s%N)"; }

# Single transfers while four clients make batches over the same accounts without pause.
beside_case() { # beside_case CONNECTIONS
  local batches
  wrk_case batches 4 "$ACCOUNTS" 1000 "$(word batches)" >/dev/null &
  batches=$!
  wrk_case transfers "$1" "$ACCOUNTS" uniform "$(word beside)"
  wait "$batches"
}

# Inbound webhook events, signed beforehand and more of them than can be accepted in the time.
webhooks_case() { # webhooks_case CONNECTIONS
  local secret
  secret=$(as_service sed -n 's/^gateway //p' "$HOME_DIR/secrets/webhooks")
  python3 -B tests/bench/sign_webhooks.py "$secret" $((SECONDS_EACH * 20000)) "$(word webhooks)" >"$OUT/webhooks.txt"
  wrk_case webhooks "$1" "$OUT/webhooks.txt"
}

add_accounts() { superuser psql paybus -q -v "first=$1" -v "last=$2" -f - <tests/bench/accounts.sql; }

add_history() { # add_history SERIES FIRST PAIRS ROUNDS
  superuser psql paybus -q -v "series=$1" -v "first=$2" -v "pairs=$3" -v "rounds=$4" -f - <tests/bench/history.sql
}

# A virtual machine that has just been started gets its memory from its host at the first touch of each page, which costs
# many times the work of a transaction: every page that the servers may use is touched once before anything is measured.
warm_memory() {
  python3 - <<'PYTHON'
import mmap
available = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemAvailable")) * 1024
memory = mmap.mmap(-1, available * 8 // 10)
for offset in range(0, len(memory), 4096):
    memory[offset] = 1
PYTHON
}

fsync_case() {
  as_service "$PG/pg_test_fsync" -s 2 -f "$HOME_DIR/fsync_test" 2>/dev/null |
    awk '$1 == "fdatasync" && !seen++ { printf "RESULT fdatasync_us=%d\n", $4 }'
}

memory_case() { # memory_case PROGRAM: peak and present resident memory
  local pid
  pid=$(pgrep -u "$(as_service id -u)" -f "^$HOME_DIR/bin/$1" | head -n 1)
  awk -v program="$1" '/^VmHWM/ { peak = $2 } /^VmRSS/ { now = $2 }
    END { printf "RESULT rss_kib=%d peak_kib=%d\n", now, peak }' "/proc/$pid/status"
}

finish() {
  [[ ${BENCH_KEEP-} == 1 ]] || YES=1 compose/local/purge.sh >/dev/null
}
trap finish EXIT

YES=1 compose/local/purge.sh >/dev/null 2>&1 || true
compose/local/up.sh
cmake --build --preset release --target engine_bench webhook_bench delivery_bench neighbour_bench >/dev/null
KEY=$(as_service cat "$HOME_DIR/admin-key")
# Account 0 is 01900000-0000-7000-a000-000000000000: 26 characters of base32, of which the last 8 are the number.
ID_PREFIX=acct_01j0000000e00a0000

# As on a server that has been running for a while: log files are there for reuse instead of being made in the middle of
# a measurement, pgbench's and ours alike.
settle() { superuser psql paybus -qc 'vacuum analyze' -c checkpoint; }

note "machine cores=$(nproc) kernel=$(uname -r) commit=$(git rev-parse --short HEAD 2>/dev/null || echo none)"
warm_memory
record fsync fsync_case
add_accounts 1 "$ACCOUNTS"
superuser psql paybus -qAtc "select count(pg_logical_emit_message(false, 'bench', repeat('x', 1048576)))
  from generate_series(1, 2000)" >/dev/null

for scale in 50 1; do
  superuser createdb postgres "bench_$scale"
  superuser "$PG/pgbench" "bench_$scale" -i -q -s "$scale" >/dev/null 2>&1
  superuser psql "bench_$scale" -q -c 'vacuum analyze' -c checkpoint
  settle
  for clients in 1 16 64; do
    record "pgbench_scale${scale}_$clients" pgbench_case "bench_$scale" "$clients"
  done
done
settle
for connections in 1 4 16 64 128 256; do
  record "uniform_$connections" wrk_case transfers "$connections" "$ACCOUNTS" uniform "$(word uniform)"
done
for connections in 64 256; do
  record "hot_$connections" wrk_case transfers "$connections" "$ACCOUNTS" hot "$(word hot)"
done
for share in 25 50 75; do
  record "share_$share" wrk_case transfers 64 "$ACCOUNTS" "share-$share" "$(word share)"
done
for exponent in 0.5 1.0 1.5; do
  record "zipf_$exponent" wrk_case transfers 64 "$ACCOUNTS" "zipf-$exponent" "$(word zipf)"
done
record batches_1 wrk_case batches 1 "$ACCOUNTS" 1000 "$(word batches)"
for size in 1 10 100 1000; do
  record "batch_of_$size" wrk_case batches 4 "$ACCOUNTS" "$size" "$(word size)"
done
record beside_batches_16 beside_case 16
record holds_64 wrk_case holds 64 "$ACCOUNTS" pairs "$(word holds)"
record webhooks_64 webhooks_case 64
record webhook_work build/release/tests/bench/webhook_bench
record deliveries build/release/tests/bench/delivery_bench
record neighbours build/release/tests/bench/neighbour_bench
record memory_ledger-svc memory_case ledger-svc
record memory_ingress memory_case ingress

as_service install -m 0755 /dev/stdin "$HOME_DIR/bin/engine_bench" <build/release/tests/bench/engine_bench
for size in 1 16 64 256; do
  record "engine_$size" as_service "$HOME_DIR/bin/engine_bench" \
    "host=127.0.0.1 port=$PAYBUS_POSTGRES_PORT dbname=paybus user=paybus_ledger passfile=$HOME_DIR/secrets/paybus_ledger.pgpass" \
    "$ACCOUNTS" "$size" "$SECONDS_EACH"
done

add_history 1 2 500 200
settle
record account_64 wrk_case reads 64 "$ACCOUNTS" account
record statement_64 wrk_case reads 64 1001 statement

if [[ ${BENCH_LARGE-1} == 1 ]]; then
  for ((first = ACCOUNTS + 1; first <= LARGE_ACCOUNTS; first += 100000)); do
    last=$((first + 99999))
    add_accounts "$first" "$((last < LARGE_ACCOUNTS ? last : LARGE_ACCOUNTS))"
  done
  for ((first = 1; first <= LARGE_ACCOUNTS; first += 100000)); do
    add_history 2 "$first" 50000 "$LARGE_ROUNDS"
  done
  settle
  record large_uniform_64 wrk_case transfers 64 "$LARGE_ACCOUNTS" uniform "$(word large)"
  record large_account_64 wrk_case reads 64 "$LARGE_ACCOUNTS" account
fi
python3 -B tests/bench/report.py "$RESULTS" "$REPORT"
cat "$REPORT/latest.md"
