#!/usr/bin/env bash
# recon.sh - what runs of recon-svc over RECON_ENTRIES (10000000) entries take, and what a full one takes away from 64 clients
# that transfer at the same time: a private stack under build/bench with all its services, thirty minutes and more.
# RECON_LOAD_PERCENT as the service's setting; RECON_SLICE: so many seconds at a stretch (160). Fails when a goal is missed by more
# than RECON_SLACK (1.5): what is less may be the machine's doing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

ENTRIES=${RECON_ENTRIES:-10000000}
SLICE=${RECON_SLICE:-160}
SLACK=${RECON_SLACK:-1.5}
ACCOUNTS=100000
PAIRS=$((ACCOUNTS / 2))
BEHIND_MAX=300000 # the stream drops the oldest
BLOCK=8 # an answer that waits while the run stands still must not be late: 10 s
OUT=$PWD/build/bench
export PAYBUS_HOME=$OUT/run PAYBUS_HTTP_PORT=28000 PAYBUS_ADMIN_PORT_BASE=28001 PAYBUS_POSTGRES_PORT=28432 \
  PAYBUS_NATS_PORT=28222 PAYBUS_NATS_MONITOR_PORT=28223 PAYBUS_MONITORING=0
export PAYBUS_RECON_INTERVAL_SECONDS=86400 # runs begin here; the projection goes on
[[ -z ${RECON_LOAD_PERCENT-} ]] || export PAYBUS_RECON_LOAD_PERCENT=$RECON_LOAD_PERCENT
ID_PREFIX=acct_01j0000000e00a0000 # as in run.sh
mkdir -p "$OUT"

# shellcheck source=/dev/null
source compose/local/lib.sh

books() { # books ARGUMENTS OF PSQL...
  as_service env "PGPASSFILE=$HOME_DIR/secrets/postgres.pgpass" PGHOST=127.0.0.1 "PGPORT=$PAYBUS_POSTGRES_PORT" \
    PGUSER=postgres PGDATABASE=paybus psql -qAtX "$@"
}

add_entries() { # add_entries COUNT
  local made
  for ((made = 0; made < $1; made += 2 * PAIRS)); do
    books -v "pairs=$PAIRS" -f - <tests/bench/round.sql
    wait_until 600 projected "$BEHIND_MAX" || die "the projection does not catch up"
  done
}

sealed() {
  [[ $(books -c 'select count(*) from paybus.events where seq > (select coalesce(max(last_seq), 0) from paybus.blocks)') == 0 ]]
}

projected() { # projected AT_MOST: so many events wait for the projection
  local pending
  pending=$(local_curl -f "http://127.0.0.1:$((PAYBUS_ADMIN_PORT_BASE + 2))/metrics" | awk '/^paybus_recon_events_pending / { print $2 }')
  [[ -n $pending ]] && ((pending <= $1))
}

run_once() { # run_once MODE...: alone and without rests; seconds and entries of its row
  local settings
  mapfile -t settings < <(as_service cat "$HOME_DIR/env/recon-svc.env")
  as_service env "${settings[@]}" PAYBUS_RECON_LOAD_PERCENT=100 "$HOME_DIR/bin/recon-svc" --once "$@" >"$OUT/recon_once.json" ||
    die "a run of recon-svc found something, or failed: $OUT/recon_once.json"
  books -F ' ' -c 'select round(extract(epoch from finished_at - started_at)), entries
    from paybus.reconcile_runs order by id desc limit 1'
}

beside() {
  BENCH_KEY=$KEY wrk -t 2 -c 64 -d "$((SLICE + 5))s" --timeout 10s -s tests/bench/transfers.lua \
    "http://127.0.0.1:$PAYBUS_HTTP_PORT" -- "$ACCOUNTS" uniform "beside-$(date +%s%N)" "$ID_PREFIX" >/dev/null &
  as_service python3 -B - "$HOME_DIR" "$PAYBUS_POSTGRES_PORT" "$SLICE" "$BLOCK" PAYBUS_RECON_INTERVAL_SECONDS=120 <tests/bench/beside_recon.py |
    tee "$OUT/beside_recon.txt"
  wait
}

# goal NAME FIGURE AT_MOST: fails when it is missed by more than the slack.
goal() {
  awk -v name="$1" -v is="$2" -v most="$3" -v slack="$SLACK" 'BEGIN {
    printf "RESULT %s=%s goal=%s %s\n", name, is, most, is + 0 <= most ? "met" : "missed"
    exit is + 0 > most * slack }'
}

figure() { grep -o "$1=[0-9.-]*" "$OUT/beside_recon.txt" | tail -n 1 | cut -d= -f2; }

finish() { YES=1 compose/local/purge.sh >/dev/null; }
trap finish EXIT

YES=1 compose/local/purge.sh >/dev/null 2>&1 || true
compose/local/up.sh
KEY=$(as_service cat "$HOME_DIR/admin-key")
books -v first=1 -v "last=$ACCOUNTS" -f - <tests/bench/accounts.sql
books -v first=1 -v "last=$ACCOUNTS" -f - <tests/bench/account_facts.sql
add_entries "$((ENTRIES - 2 * ACCOUNTS))"
books -c 'vacuum analyze' -c checkpoint
wait_until 3600 sealed || die "the books are not sealed after an hour"
wait_until 600 projected 0 || die "the projection does not catch up"
read -r alone_s entries < <(run_once --full)
printf 'RESULT full alone seconds=%s entries=%s\n' "$alone_s" "$entries"
until beside && grep -q is_over=1 "$OUT/beside_recon.txt"; do :; done
(($(figure entries) > 0)) || die "the run beside the clients failed: $HOME_DIR/beside_recon.log"
wait_until 600 projected 0 || die "the projection does not catch up"
run_once >/dev/null # what the clients made last
add_entries 1000000
read -r new_s entries < <(run_once)
printf 'RESULT incremental seconds=%s entries=%s\n' "$new_s" "$entries"

status=0
goal full_seconds_per_10_million "$(($(figure went_on_s) * 10000000 / $(figure entries)))" 300 || status=1
goal loss_percent "$(figure loss_percent)" 20 || status=1
goal incremental_seconds "$new_s" 60 || status=1
goal peak_mib "$(($(figure peak_kib) / 1024))" 100 || status=1
((status == 0))
