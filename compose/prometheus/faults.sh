#!/usr/bin/env bash
# faults.sh [ALERT...] - breaks the local stack in one way after another and waits until Prometheus has the alert that belongs to
# it, pending or firing; then mends it. For a stack whose data nobody needs: it kills, wipes a stream and spoils a balance.
# While the fault is there, what the alert's runbook says under "Verify" must work and show something (runbooks.sh).
# Settings that it wants: PAYBUS_DEMO=1, PAYBUS_ENV=development, PAYBUS_RECON_INTERVAL_SECONDS=5, PAYBUS_WEBHOOK_INSTANCES=2.
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/../local/lib.sh"
home_exists || die "there is no stack in $PAYBUS_HOME: make up creates it."
# shellcheck source=/dev/null
source "$LOCAL/parts/stack.sh"
# shellcheck source=/dev/null
source "$CLONE/compose/grafana/clients.sh"

SEEN_SECONDS=150
SILENT_SECONDS=420 # alerts look back for five minutes
prometheus=http://127.0.0.1:$PAYBUS_PROMETHEUS_PORT

is_active() { local_curl "$prometheus/api/v1/alerts" | jq -e --arg name "$1" 'any(.data.alerts[]; .labels.alertname == $name)' >/dev/null; }
is_silent() { ! is_active "$1"; }
stop() { supervisor_ctl stop "$@" >/dev/null; }
start() { supervisor_ctl start "$@" >/dev/null; }
nothing() { :; }
all_ready() {
  local name
  for name in $(stack_programs); do program_ready "$name" || return 1; done
}

# in_parallel COUNT COMMAND...
in_parallel() {
  local i pids=()
  for ((i = 0; i < $1; i++)); do
    "${@:2}" &
    pids+=("$!")
  done
  wait "${pids[@]}" || true
}
transfer() { post transfers "{\"from_account\":\"$alice\",\"to_account\":\"$shop\",\"amount\":1}" -o /dev/null --max-time 8 || true; }
endpoint() { post webhook-endpoints "{\"url\":\"http://127.0.0.1:$1\",\"event_types\":[\"transaction.posted\"]}" -o /dev/null; }

ledger_away() { stop ledger-svc; }
ledger_back() { start ledger-svc; }
ledger_stands() { supervisor_ctl signal STOP ledger-svc >/dev/null; }
ledger_goes_on() { supervisor_ctl signal CONT ledger-svc >/dev/null; }
nats_away() { stop nats; }
nats_back() { start nats; }
postgres_away() { stop postgres; }
postgres_back() { start postgres; }
requests_fail() {
  stop ledger-svc
  for _ in 1 2 3; do in_parallel 50 transfer; done
}
locked_for_seconds() {
  postgres_sql postgres paybus <<<'begin; lock table paybus.accounts in exclusive mode; select pg_sleep(1.2); commit' >/dev/null
}
writes_are_slow() {
  for _ in {1..8}; do
    locked_for_seconds &
    in_parallel 50 transfer
    wait $! || true
  done
}
restarts() {
  for _ in 1 2 3; do
    supervisor_ctl signal KILL recon-svc >/dev/null
    sleep 21 # two scrapes: what Prometheus does not see did not happen
  done
}
forgeries() { for i in {1..20}; do webhook "forged-$RUN-$i" demo.fund '{}' "$(head -c 32 /dev/urandom | base64 -w 0)"; done; }
poison() { for i in {1..12}; do webhook "poison-$RUN-$i" demo.fund '{"amount":1}'; done; }
one_id_twice() {
  webhook "twice-$RUN" demo.fund '{"amount":1}'
  webhook "twice-$RUN" demo.fund '{"amount":2}'
}
wipe_events() {
  stop nats
  # shellcheck disable=SC2016 # expanded by the inner shell
  as_service bash -c 'rm -rf "$1"/jetstream/*/streams/PAY_EVENTS' wipe "$HOME_DIR/nats"
  start nats
}
# owner_key OWNER: a key of somebody else's.
owner_key() {
  as_service "$HOME_DIR/bin/paybus-admin" key create --owner "$1" --scopes accounts:write,transactions:write,webhooks:write \
    --database "$(database_url paybus_owner)" 2>&1 | grep '^sk_'
}
# One who receives badly is nobody's trouble; four are somebody's.
receivers_break() {
  local n theirs
  for n in 1 2 3 4; do
    KEY=$(owner_key "faults-$RUN-$n")
    endpoint "$RECEIVER_PORT/broken"
    theirs=$(account merchant EUR)
    KEY=$ADMIN_KEY post transfers "{\"from_account\":\"$alice\",\"to_account\":\"$theirs\",\"amount\":1}" -o /dev/null
  done
  KEY=$ADMIN_KEY
}
endpoint_is_gone() {
  endpoint "$RECEIVER_PORT/gone"
  transfer
}
account_row() { postgres_sql postgres paybus <<<"set session_replication_role = replica; update paybus.accounts set debits_posted = debits_posted $1 where name = 'Faults $RUN'" >/dev/null; }
# recon-svc looks at accounts that move.
spoil_balance() {
  account_row '+ 1'
  transfer
}
mend_balance() { account_row '- 1'; }
# A hold that its account does not hold any more, and who wants it.
hold_is_not_held() {
  hold=$(post holds "{\"account\":\"$alice\",\"amount\":10}" | jq -r .hold.id)
  held_by_hand '- 10'
  post "holds/$hold/release" '{}' -o /dev/null || true
}
held_by_hand() { postgres_sql postgres paybus <<<"set session_replication_role = replica; update paybus.accounts set debits_pending = debits_pending $1 where id = (select account_id from paybus.holds where status = 'authorized' order by created_at desc limit 1)" >/dev/null; }
hold_is_held_again() {
  held_by_hand '+ 10'
  post "holds/$hold/release" '{}' -o /dev/null
}
recon_is_blind() { postgres_sql postgres paybus <<<'revoke select on paybus.events from paybus_recon'; }
recon_sees() { postgres_sql postgres paybus <<<'grant select on paybus.events to paybus_recon'; }
webhook_locked_out() {
  postgres_sql postgres postgres <<<"alter role paybus_webhook nologin; select pg_terminate_backend(pid) from pg_stat_activity where usename = 'paybus_webhook'" >/dev/null
}
webhook_let_in() { postgres_sql postgres postgres <<<'alter role paybus_webhook login'; }
drop_partitions() {
  postgres_sql postgres paybus >/dev/null <<'SQL'
select format('drop table %s', inhrelid::regclass) from pg_inherits
where inhparent in ('paybus.events'::regclass, 'paybus.idempotency_keys'::regclass)
  and inhrelid::regclass::text > inhparent::regclass::text || '_' || to_char(now() + interval '3 days', 'YYYYMMDD') \gexec
SQL
  supervisor_ctl restart ledger-svc >/dev/null # it looks once a minute
}
make_partitions() {
  local settings
  mapfile -t settings < <(as_service cat "$HOME_DIR/env/partitions.env")
  as_service "${settings[@]}" "$HOME_DIR/bin/paybus-admin" partitions >/dev/null
}
# Two at psql, of whom the second waits for the first; both are sent home.
locks_wait() {
  for _ in 1 2; do
    postgres_sql postgres paybus <<<"select pg_advisory_lock(4711), pg_sleep($((2 * SEEN_SECONDS)))" >/dev/null 2>&1 &
  done
}
locks_end() { postgres_sql postgres postgres <<<"select pg_terminate_backend(pid) from pg_stat_activity where query like '%lock(4711)%' and pid <> pg_backend_pid()" >/dev/null; }
settings_differ() {
  as_service sed -i '$ a PAYBUS_WEBHOOK_IN_FLIGHT=100' "$HOME_DIR/env/webhook-svc-2.env"
  supervisor_ctl restart webhook-svc-2 >/dev/null
}
settings_agree() {
  as_service sed -i '$ d' "$HOME_DIR/env/webhook-svc-2.env"
  supervisor_ctl restart webhook-svc-2 >/dev/null
}

# Lines of: alert, what breaks it, what mends it. What others bring about beside their own comes before them: services that
# are started again, writes that are slow because nobody answers.
PAIRS="
ServiceRestarts restarts nothing
ApiLatencyBudgetBurnsFast writes_are_slow nothing
TargetDown ledger_away ledger_back
StageStands ledger_stands ledger_goes_on
BusDisconnected nats_away nats_back
PostgresDown postgres_away postgres_back
ApiErrorBudgetBurnsFast requests_fail ledger_back
WebhookSignaturesFail forgeries nothing
DeadLettersGrow poison nothing
WebhookIdReused one_id_twice nothing
RelayRewound wipe_events nothing
DeliveriesFailing receivers_break nothing
WebhookEndpointDisabled endpoint_is_gone nothing
BooksDoNotBalance spoil_balance mend_balance
BooksBroken hold_is_not_held hold_is_held_again
ReconStale recon_is_blind recon_sees
DatabaseConnectsFail webhook_locked_out webhook_let_in
DependencyDown webhook_locked_out webhook_let_in
PartitionsRunOut drop_partitions make_partitions
PostgresLockWaits locks_wait locks_end
SettingsDiffer settings_differ settings_agree
"

# prove ALERT FAULT MEND
prove() {
  local from
  if ! wait_until "$SILENT_SECONDS" is_silent "$1"; then # of the fault before, whose mending Prometheus has still to see
    say "$1: was there before"
    return 1
  fi
  from=$SECONDS
  "$2"
  if wait_until "$SEEN_SECONDS" is_active "$1"; then
    say "$1: after $((SECONDS - from)) s"
    FAULT=1 "$CLONE/compose/prometheus/runbooks.sh" "$1" || pages_wrong=$((pages_wrong + 1))
  else
    say "$1: NOT SEEN after $((SECONDS - from)) s"
    "$3"
    return 1
  fi
  "$3"
  wait_until 60 all_ready || die "the stack does not recover from $2."
}

confirm "This breaks the stack in $PAYBUS_HOME." || exit 1
wait_until 60 all_ready || die "the stack is not ready: make status."
clients_open
ADMIN_KEY=$KEY
alice=$(account user EUR) shop=$(post accounts "{\"type\":\"merchant\",\"currency\":\"EUR\",\"name\":\"Faults $RUN\"}" | jq -r .id)
post deposits "{\"account\":\"$alice\",\"amount\":1000000,\"currency\":\"EUR\"}" -o /dev/null
seen=0 failed=0 pages_wrong=0
while read -r alert fault mend; do
  [[ -n $alert ]] || continue
  (($# == 0)) || [[ " $* " == *" $alert "* ]] || continue
  if prove "$alert" "$fault" "$mend" </dev/null; then seen=$((seen + 1)); else failed=$((failed + 1)); fi
done <<<"$PAIRS"
say "$seen seen, $failed not; $pages_wrong pages wrong"
"$LOCAL/log-scan.sh"
((failed == 0 && pages_wrong == 0))
