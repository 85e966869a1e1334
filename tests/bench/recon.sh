#!/usr/bin/env bash
# recon.sh - what a full run of recon-svc over RECON_ENTRIES (10000000) entries takes, and what it takes away from 64 clients
# that transfer at the same time: a private stack under build/bench, twenty to thirty minutes. RECON_LOAD_PERCENT as the
# service's setting; RECON_SLICE: so many seconds at a stretch (160).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

ENTRIES=${RECON_ENTRIES:-10000000}
SLICE=${RECON_SLICE:-160}
ACCOUNTS=100000
PAIRS=$((ACCOUNTS / 2))
BLOCK=10
OUT=$PWD/build/bench
export PAYBUS_HOME=$OUT/run PAYBUS_HTTP_PORT=28000 PAYBUS_ADMIN_PORT_BASE=28001 PAYBUS_POSTGRES_PORT=28432 \
  PAYBUS_NATS_PORT=28222 PAYBUS_NATS_MONITOR_PORT=28223 PAYBUS_MONITORING=0
ID_PREFIX=acct_01j0000000e00a0000 # as in run.sh
mkdir -p "$OUT"

# shellcheck source=/dev/null
source compose/local/lib.sh

books() { # books ARGUMENTS OF PSQL...
  as_service env "PGPASSFILE=$HOME_DIR/secrets/postgres.pgpass" PGHOST=127.0.0.1 "PGPORT=$PAYBUS_POSTGRES_PORT" \
    PGUSER=postgres PGDATABASE=paybus psql -qAtX "$@"
}

beside() {
  BENCH_KEY=$KEY wrk -t 2 -c 64 -d "$((SLICE + 5))s" --timeout 10s -s tests/bench/transfers.lua \
    "http://127.0.0.1:$PAYBUS_HTTP_PORT" -- "$ACCOUNTS" uniform "beside-$(date +%s%N)" "$ID_PREFIX" >/dev/null &
  as_service python3 -B - "$HOME_DIR" "$PAYBUS_POSTGRES_PORT" "$SLICE" "$BLOCK" \
    "PAYBUS_RECON_LOAD_PERCENT=${RECON_LOAD_PERCENT:-50}" <tests/bench/beside_recon.py | tee "$OUT/beside_recon.txt"
  wait
}

finish() { YES=1 compose/local/purge.sh >/dev/null; }
trap finish EXIT

YES=1 compose/local/purge.sh >/dev/null 2>&1 || true
compose/local/up.sh
supervisorctl -c "$HOME_DIR/conf/supervisord.conf" stop recon-svc
KEY=$(as_service cat "$HOME_DIR/admin-key")
books -v first=1 -v "last=$ACCOUNTS" -f - <tests/bench/accounts.sql
books -v first=1 -v "last=$ACCOUNTS" -f - <tests/bench/account_facts.sql
for ((made = 2 * ACCOUNTS; made < ENTRIES; made += 2 * PAIRS)); do
  books -v "pairs=$PAIRS" -f - <tests/bench/round.sql
done
books -c 'vacuum analyze' -c checkpoint
until [[ $(books -c 'select count(*) from paybus.events where seq > (select max(last_seq) from paybus.blocks)') == 0 ]]; do
  sleep 5
done
until beside && grep -q is_over=1 "$OUT/beside_recon.txt"; do :; done
