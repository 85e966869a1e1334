#!/usr/bin/env bash
# load.sh [SECONDS] - a little of everything on the local stack, so that dashboards have something to show: money that moves,
# refusals, repeats, holds, batches, webhooks in and out, forged ones, and a service that is killed half-way. It makes
# accounts and transactions of its own; not for a stack whose figures matter.
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/../local/lib.sh"
home_exists || die "there is no stack in $PAYBUS_HOME: make up creates it."
# shellcheck source=/dev/null
source "$LOCAL/parts/stack.sh"

seconds=${1:-60}
api=http://127.0.0.1:$PAYBUS_HTTP_PORT/v1
key=$(as_service cat "$HOME_DIR/admin-key")
run=$(date +%s) n=0

# post PATH BODY [curl's arguments...]: with a key of its own, in a subshell too; or with REPEAT for a key.
post() {
  n=$((n + 1))
  local_curl -H "Authorization: Bearer $key" -H "Idempotency-Key: load-$run-${REPEAT:-$BASHPID-$n}" -H 'Content-Type: application/json' "$api/$1" -d "$2" "${@:3}"
}
get() { local_curl -o /dev/null -H "Authorization: Bearer $key" "$api/$1"; }

account() { post accounts "{\"type\":\"$1\",\"currency\":\"$2\",\"name\":\"Load $n\"}" | jq -r .id; }

# webhook EVENT TYPE PAYLOAD [SECRET]: signed with the gateway's secret, or with another.
webhook() {
  local now body hex mac
  now=$(date +%s)
  body="{\"event_id\":\"$1\",\"event_type\":\"$2\",\"payload\":$3}"
  hex=$(base64 -d <<<"${4:-$gateway_secret}" | od -An -v -tx1 | tr -d ' \n')
  mac=$(printf %s "$1.$now.$body" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$hex" -binary | base64)
  local_curl -o /dev/null "$api/webhooks/gateway" -H 'Content-Type: application/json' -H "webhook-id: $1" \
    -H "webhook-timestamp: $now" -H "webhook-signature: v1,$mac" -d "$body"
}

money() {
  local hold
  post transfers "{\"from_account\":\"$alice\",\"to_account\":\"$shop\",\"amount\":7}" -o /dev/null
  REPEAT=$n post transfers "{\"from_account\":\"$alice\",\"to_account\":\"$shop\",\"amount\":1}" -o /dev/null
  REPEAT=$((n - 1)) post transfers "{\"from_account\":\"$alice\",\"to_account\":\"$shop\",\"amount\":1}" -o /dev/null
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
  webhook "load-$run-$n" demo.fund "{\"account\":\"$alice\",\"amount\":100,\"currency\":\"EUR\"}"
  webhook "load-$run-$n" demo.fund "{\"account\":\"$alice\",\"amount\":100,\"currency\":\"EUR\"}"
  webhook "load-bad-$run-$n" demo.fund '{"amount":1}'
  webhook "load-forged-$run-$n" demo.fund '{}' "$(head -c 32 /dev/urandom | base64 -w 0)"
}

# Takes every webhook; prints its port first. Endpoints on loopback need PAYBUS_ENV=development.
RECEIVER='
import http.server
class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()
    def log_message(self, *args):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_port, flush=True)
server.serve_forever()'

# What no client should send.
nuisance() {
  local_curl -o /dev/null "$api/accounts"
  post transfers '{"amount":' -o /dev/null
  exec 3<>"/dev/tcp/127.0.0.1/$PAYBUS_HTTP_PORT" && printf 'GET / HTTP/1.1\r\nbroken\r\n\r\n' >&3 && exec 3>&-
}

exec {receiver}< <(exec python3 -c "$RECEIVER")
receiver_pid=$!
trap 'kill "$receiver_pid"' EXIT
read -r -u "$receiver" receiver_port
gateway_secret=$(as_service cat "$HOME_DIR/secrets/webhooks" | awk '$1 == "gateway" { sub(/^whsec_/, "", $2); print $2; exit }')
alice=$(account user EUR) shop=$(account merchant EUR) yen=$(account user JPY)
post deposits "{\"account\":\"$alice\",\"amount\":1000000,\"currency\":\"EUR\"}" -o /dev/null
for port in "$receiver_port" 1025; do # nobody listens on the second
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
say "$n requests in $seconds s"
