#!/usr/bin/env bash
# tour.sh - the README's five minutes, on the running stack: each command as typed, then what it answers.
# --write puts it into the README.
# shellcheck disable=SC2016 # commands are shown as typed and expanded by eval
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$CLONE" || exit

# shellcheck source=/dev/null
source "$LOCAL/parts/walk.sh"

walk() {
  step 'The key that `make up` made, and where to send it:' \
    'KEY=$(cat run/admin-key) PAYBUS=http://127.0.0.1:'"$PAYBUS_HTTP_PORT"
  step 'A helper: every POST that creates or moves money carries an Idempotency-Key.' \
    'post() { curl -s -H "Authorization: Bearer $KEY" -H "Idempotency-Key: $1" -H "Content-Type: application/json" $PAYBUS/v1/$2 -d "$3"; echo; }'
  step 'Two accounts:' \
    'ALICE=$(post tour-1 accounts '\''{"type":"user","currency":"EUR","name":"Alice"}'\'' | jq -r .id)
SHOP=$(post tour-2 accounts '\''{"type":"merchant","currency":"EUR","name":"Corner Shop"}'\'' | jq -r .id)
echo $ALICE $SHOP'
  step 'Money comes in, in minor units: 50.00 EUR.' \
    'post tour-3 deposits "{\"account\":\"$ALICE\",\"amount\":5000,\"currency\":\"EUR\"}" | jq -c .balances'
  step 'Alice pays 12.50:' \
    'post tour-4 transfers "{\"from_account\":\"$ALICE\",\"to_account\":\"$SHOP\",\"amount\":1250,\"reference\":\"order 1001\"}" | jq'
  step 'The same request again has no second effect: the same bytes, 200, and a header that says so.' \
    'curl -si -H "Authorization: Bearer $KEY" -H "Idempotency-Key: tour-4" -H "Content-Type: application/json" $PAYBUS/v1/transfers \
  -d "{\"from_account\":\"$ALICE\",\"to_account\":\"$SHOP\",\"amount\":1250,\"reference\":\"order 1001\"}" | grep -E "^HTTP|Replayed"'
  step 'More than she has is refused, and the refusal explains itself:' \
    'post tour-5 transfers "{\"from_account\":\"$ALICE\",\"to_account\":\"$SHOP\",\"amount\":1000000}" | jq'
  step 'Money can be held: it stays hers, but she can neither spend it nor hold it again. A capture takes it, or a part.' \
    'HOLD=$(post tour-6 holds "{\"account\":\"$ALICE\",\"amount\":1000,\"destination\":\"$SHOP\"}" | jq -r .hold.id)
post tour-7 holds/$HOLD/capture "{\"amount\":400}" | jq -c "[.hold.status, .hold.captured, .hold.held, .transaction_id]"'
  step 'Many transfers in one request, each for itself or all or none:' \
    'post tour-8 transfers/batch "{\"mode\":\"each\",\"transfers\":[{\"from_account\":\"$ALICE\",\"to_account\":\"$SHOP\",\"amount\":100},
  {\"from_account\":\"$ALICE\",\"to_account\":\"$SHOP\",\"amount\":100000}]}" | jq -c ".results[] | [.index, .status, .transaction.id, .error.code]"'
  step 'The first payment is given back, in part; never more than it was, however often:' \
    'PAYMENT=$(curl -s -H "Authorization: Bearer $KEY" "$PAYBUS/v1/transactions?account=$ALICE&reference=order%201001" | jq -r ".data[0].id")
post tour-9 transactions/$PAYMENT/reverse "{\"amount\":250,\"reason\":\"one of five was broken\"}" | jq -c "[.kind, .amount, .reverses, .balances[\"$ALICE\"]]"'
  step 'A gateway tells what happened; its signature is the credential, and the event is accepted once, however often it is sent:' \
    'SECRET=$(awk '\''$1 == "gateway" { print $2; exit }'\'' run/secrets/webhooks)
HEX=$(base64 -d <<<"${SECRET#whsec_}" | od -An -v -tx1 | tr -d " \n") NOW=$(date +%s)
BODY="{\"event_id\":\"evt_1\",\"event_type\":\"payment.succeeded\",\"payload\":{\"payment\":\"1001\"}}"
MAC=$(printf %s "evt_1.$NOW.$BODY" | openssl dgst -sha256 -mac HMAC -macopt hexkey:$HEX -binary | base64)
for TIME in first second; do
  curl -s $PAYBUS/v1/webhooks/gateway -H "Content-Type: application/json" -H "webhook-id: evt_1" \
    -H "webhook-timestamp: $NOW" -H "webhook-signature: v1,$MAC" -d "$BODY" | jq -c "[.event_id, .duplicate]"
done'
  step 'Her statement, as an accountant wants it:' \
    'curl -s -H "Authorization: Bearer $KEY" -H "Accept: text/csv" $PAYBUS/v1/accounts/$ALICE/statement'
  step 'Who did what to the hold, and what it changed:' \
    'curl -s -H "Authorization: Bearer $KEY" "$PAYBUS/v1/audit?object=$HOLD" | jq -c ".data[] | [.at, .actor, .type, .before.held, .after.held]"'
  step 'And what happened inside:' \
    'curl -s $PAYBUS/metrics | grep -E "^paybus_http_requests_total.*transfers.*(201|200|402)"'
}

[[ $PAYBUS_HOME == "$CLONE/run" ]] || die "the tour's lines are for the default directory run/."
if [[ ${1-} == --write ]]; then
  walk_into README.md tour
else
  walk
fi
