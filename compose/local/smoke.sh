#!/usr/bin/env bash
# smoke.sh - everything once, over HTTP and NATS: reset, transfers, holds, webhooks, a dead letter and its replay,
# reconciliation, metrics. Each step says what it does and must answer what it should. It begins by emptying the ledger, so
# the stack must be one for demonstrations. --write puts it into docs/DEMO.md.
# shellcheck disable=SC2016 # commands are shown as typed and expanded by eval
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$CLONE" || exit
home_open
# shellcheck source=/dev/null
source "$LOCAL/parts/walk.sh"

# ask SUBJECT BODY: what `nats req SUBJECT BODY` prints, without that command: a line of NATS's own protocol each way.
ask() {
  local url line size
  url=$(cat "$PAYBUS_HOME/nats-ops")
  [[ $url =~ ^nats://([^:]+):([^@]+)@([^:]+):([0-9]+) ]] || die "$PAYBUS_HOME/nats-ops is not an address."
  exec {bus}<>"/dev/tcp/${BASH_REMATCH[3]}/${BASH_REMATCH[4]}"
  printf 'CONNECT {"verbose":false,"user":"%s","pass":"%s"}\r\nSUB _INBOX.smoke 1\r\nPUB %s _INBOX.smoke %d\r\n%s\r\n' \
    "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "$1" "${#2}" "$2" >&"$bus"
  while read -r -t 15 -u "$bus" line && [[ $line != MSG* ]]; do :; done
  size=${line##* }
  LC_ALL=C IFS= read -r -t 15 -u "$bus" -N "${size//[!0-9]/}" line
  exec {bus}>&-
  printf '%s\n' "$line"
}

# event_becomes EVENT_ID STATE: waits until the work on an inbound event is in that state.
event_becomes() {
  for _ in {1..450}; do
    [[ $(curl -s -H "Authorization: Bearer $KEY" "$PAYBUS/v1/webhooks/events?event_id=$1" | jq -r '.data[0].status') != "$2" ]] || return 0
    sleep 0.1
  done
  die "event $1 did not become $2"
}

walk() {
  step 'Where it is, and the keys that `make up` made:' \
    'HOME_OF_STACK='"${PAYBUS_HOME/#$CLONE\//}"' PAYBUS=http://127.0.0.1:'"$PAYBUS_HTTP_PORT"'
KEY=$(cat $HOME_OF_STACK/admin-key)'
  step 'Two helpers: a POST with a key of its own, and a webhook as a gateway signs it.' \
    'post() { curl -s -H "Authorization: Bearer $KEY" -H "Idempotency-Key: ${3:-$RANDOM$RANDOM$RANDOM}" -H "Content-Type: application/json" \
  $PAYBUS/v1/$1 -d "$2"; echo; }
gateway() {
  local hex now=$(date +%s)
  hex=$(awk "\$1 == \"gateway\" { print \$2; exit }" $HOME_OF_STACK/secrets/webhooks | sed s/whsec_// | base64 -d | od -An -v -tx1 | tr -d " \n")
  curl -s $PAYBUS/v1/webhooks/gateway -H "Content-Type: application/json" -H "webhook-id: $1" -H "webhook-timestamp: $now" -H \
    "webhook-signature: v1,$(printf %s "$1.$now.$2" | openssl dgst -sha256 -mac HMAC -macopt hexkey:$hex -binary | base64)" -d "$2"; echo
}'
  step 'Everything as it was at first.' 'post demo/reset "{}"' '"reset":true'
  step 'Two accounts, and money that comes in:' \
    'ALICE=$(post accounts "{\"type\":\"user\",\"currency\":\"EUR\",\"name\":\"Alice\"}" | jq -r .id)
SHOP=$(post accounts "{\"type\":\"merchant\",\"currency\":\"EUR\",\"name\":\"Corner Shop\"}" | jq -r .id)
post demo/fund "{\"account\":\"$ALICE\",\"amount\":5000,\"currency\":\"EUR\"}" | jq -c "[.kind, .amount]"' '"deposit",5000'
  step 'An event that will fail six times, and so die half a minute from now (1, 2, 4, 8 and 16 seconds lie between its tries):' \
    'EVENT="{\"event_id\":\"evt_bad\",\"event_type\":\"demo.fund\",\"payload\":{\"account\":\"$ALICE\",\"amount\":700,\"currency\":\"EUR\"}}"
post demo/inject-failure "{\"event_id\":\"evt_bad\",\"times\":6}"
gateway evt_bad "$EVENT"' '"duplicate":false'
  step 'Alice pays. The same request again has no second effect:' \
    'PAY="{\"from_account\":\"$ALICE\",\"to_account\":\"$SHOP\",\"amount\":1250}"
post transfers "$PAY" smoke-1 | jq -c "[.id, .amount, .balances[\"$ALICE\"].posted]"
post transfers "$PAY" smoke-1 | jq -c "[.id, .amount, .balances[\"$ALICE\"].posted]"' '1250,3750.*1250,3750'
  step 'More than she has is refused:' \
    'post transfers "{\"from_account\":\"$ALICE\",\"to_account\":\"$SHOP\",\"amount\":1000000}" | jq -c "[.status, .code, .available, .required]"' \
    '402,"insufficient_funds",3750,1000000'
  step 'A hold: taken in part, and one that is given back.' \
    'HOLD=$(post holds "{\"account\":\"$ALICE\",\"amount\":1000,\"destination\":\"$SHOP\"}" | jq -r .hold.id)
post holds/$HOLD/capture "{\"amount\":400}" | jq -c "[.hold.status, .hold.captured, .hold.held]"
HOLD=$(post holds "{\"account\":\"$ALICE\",\"amount\":300}" | jq -r .hold.id)
post holds/$HOLD/release "{}" | jq -c "[.hold.status, .hold.held]"' '"captured",400,0.*"released",0'
  step 'A gateway funds her, and says so twice; it is done once:' \
    'EVENT_2="{\"event_id\":\"evt_good\",\"event_type\":\"demo.fund\",\"payload\":{\"account\":\"$ALICE\",\"amount\":250,\"currency\":\"EUR\"}}"
gateway evt_good "$EVENT_2"
event_becomes evt_good processed
gateway evt_good "$EVENT_2"' '"duplicate":false.*"status":"processed","duplicate":true'
  step 'With another signature nobody is believed:' \
    'curl -s $PAYBUS/v1/webhooks/gateway -H "Content-Type: application/json" -H "webhook-id: x" \
  -H "webhook-timestamp: $(date +%s)" -H "webhook-signature: v1,AAAA" -d "$EVENT_2" | jq -c "[.status, .code]"' '401,"webhook_signature'
  step 'The other event has died by now. It lies in the dead letter queue, for operators on NATS too:' \
    'event_becomes evt_bad dead
curl -s -H "Authorization: Bearer $KEY" $PAYBUS/v1/dlq | jq -c ".data[] | [.kind, .event_type, .attempts, .error]"
ask pay.ops.dlq.list "{}" | jq -c "[.status, (.body.data | length)]"' '"webhook","demo.fund",6,"injected failure"'
  step 'A replay, and its effect is there once:' \
    'DEAD=$(curl -s -H "Authorization: Bearer $KEY" $PAYBUS/v1/dlq | jq -r ".data[0].id")
post dlq/$DEAD/replay "{}"
event_becomes evt_bad processed
curl -s -H "Authorization: Bearer $KEY" $PAYBUS/v1/accounts/$ALICE | jq -c "[.posted, .held, .available]"' '"replayed":1.*4300,0,4300'
  step 'Are the books right? Everything is proved from the beginning:' \
    'post reconcile/run "{\"mode\":\"full\"}" | jq -c "[.status, .mode, .scanned, .summary, (.anomalies | length)]"' '"completed","full".*,0]'
  step 'The same for what is new, asked over NATS:' \
    'ask pay.ops.recon.run "{}" | jq -c "[.status, .body.status, .body.mode, .body.actor, (.body.anomalies | length)]"' \
    '200,"completed","incremental","nats",0'
  step 'The figures of all this, and the metrics of a service:' \
    'curl -s -H "Authorization: Bearer $KEY" $PAYBUS/v1/demo/stats
echo
curl -s http://127.0.0.1:'"$((PAYBUS_ADMIN_PORT_BASE + 2))"'/metrics | grep -E "^paybus_recon_(runs_total.*completed|anomalies.*unbalanced)"' \
    '"dlq_size":0.*paybus_recon_runs_total'
}

[[ $PAYBUS_DEMO =~ ^(1|true|yes|on)$ ]] ||
  die "this empties the ledger, and is for stacks in demo mode: make up PAYBUS_DEMO=1, then make smoke PAYBUS_DEMO=1."
START=$SECONDS
if [[ ${1-} == --write ]]; then
  walk_into docs/DEMO.md smoke
else
  walk
fi
"$LOCAL/log-scan.sh" Alice
printf '\nall as it should be, in %d s\n' $((SECONDS - START))
