#!/usr/bin/env bash
# load.sh [SECONDS] - a little of everything on the local stack, so that dashboards have something to show: money that moves,
# refusals, repeats, holds, batches, webhooks in and out, forged ones, and a service that is killed half-way. It makes
# accounts and transactions of its own; not for a stack whose figures matter.
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/../local/lib.sh"
home_exists || die "there is no stack in $PAYBUS_HOME: make up creates it."
# shellcheck source=/dev/null
source "$LOCAL/parts/stack.sh"
# shellcheck source=/dev/null
source "$CLONE/compose/grafana/clients.sh"

seconds=${1:-60}

money() {
  local hold
  post transfers "{\"from_account\":\"$alice\",\"to_account\":\"$shop\",\"amount\":7}" -o /dev/null
  REPEAT=$SENT post transfers "{\"from_account\":\"$alice\",\"to_account\":\"$shop\",\"amount\":1}" -o /dev/null
  REPEAT=$((SENT - 1)) post transfers "{\"from_account\":\"$alice\",\"to_account\":\"$shop\",\"amount\":1}" -o /dev/null
  post transfers "{\"from_account\":\"$alice\",\"to_account\":\"$shop\",\"amount\":900000000}" -o /dev/null
  post deposits "{\"account\":\"$yen\",\"amount\":100,\"currency\":\"JPY\"}" -o /dev/null
  post transfers/batch "{\"mode\":\"each\",\"transfers\":[{\"from_account\":\"$alice\",\"to_account\":\"$shop\",\"amount\":2}]}" -o /dev/null
  hold=$(post holds "{\"account\":\"$alice\",\"amount\":5,\"destination\":\"$shop\"}" | jq -r .hold.id)
  post "holds/$hold/capture" '{"amount":3}' -o /dev/null
  get "accounts/$alice"
  get "accounts/$alice/statement"
  get 'transactions?limit=5'
  get accounts/acct_none
}

webhooks() {
  webhook "load-$RUN-$SENT" demo.fund "{\"account\":\"$alice\",\"amount\":100,\"currency\":\"EUR\"}"
  webhook "load-$RUN-$SENT" demo.fund "{\"account\":\"$alice\",\"amount\":100,\"currency\":\"EUR\"}"
  webhook "load-bad-$RUN-$SENT" demo.fund '{"amount":1}'
  webhook "load-forged-$RUN-$SENT" demo.fund '{}' "$(head -c 32 /dev/urandom | base64 -w 0)"
}

# What no client should send.
nuisance() {
  local_curl -o /dev/null "$API/accounts"
  post transfers '{"amount":' -o /dev/null
  exec 3<>"/dev/tcp/127.0.0.1/$PAYBUS_HTTP_PORT" && printf 'GET / HTTP/1.1\r\nbroken\r\n\r\n' >&3 && exec 3>&-
}

clients_open
alice=$(account user EUR) shop=$(account merchant EUR) yen=$(account user JPY)
post deposits "{\"account\":\"$alice\",\"amount\":1000000,\"currency\":\"EUR\"}" -o /dev/null
for port in "$RECEIVER_PORT" 1025; do # nobody listens on the second
  post webhook-endpoints "{\"url\":\"http://127.0.0.1:$port/hook\",\"event_types\":[\"transaction.posted\"]}" -o /dev/null
done
end=$((SECONDS + seconds)) killed=no
while ((SECONDS < end)); do
  money || true
  webhooks || true
  nuisance || true
  if [[ $killed == no ]] && ((SECONDS > end - seconds / 2)); then
    killed=yes
    supervisor_ctl signal KILL ledger-svc webhook-svc >/dev/null
  fi
done
"$LOCAL/log-scan.sh"
say "$SENT requests in $seconds s"
