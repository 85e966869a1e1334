# shellcheck shell=bash
# clients.sh - what load.sh and faults.sh do as clients of the local stack: requests, webhooks of the gateway, a receiver of ours.
# Sourced behind the parts of the stack.

API=http://127.0.0.1:$PAYBUS_HTTP_PORT/v1
RUN=$(date +%s) SENT=0

# clients_open: the key, the gateway's secret, and a receiver until this script ends.
clients_open() {
  local receiver
  KEY=$(as_service cat "$HOME_DIR/admin-key")
  GATEWAY_SECRET=$(as_service cat "$HOME_DIR/secrets/webhooks" | awk '$1 == "gateway" { sub(/^whsec_/, "", $2); print $2; exit }')
  exec {receiver}< <(exec python3 -c "$RECEIVER")
  RECEIVER_PID=$!
  trap 'kill "$RECEIVER_PID"' EXIT
  # shellcheck disable=SC2034 # of whoever sources this
  read -r -u "$receiver" RECEIVER_PORT
}

# post PATH BODY [curl's arguments...]: with a key of its own, in a subshell too; or with REPEAT for a key.
post() {
  SENT=$((SENT + 1))
  local_curl -H "Authorization: Bearer $KEY" -H "Idempotency-Key: load-$RUN-${REPEAT:-$BASHPID-$SENT}" -H 'Content-Type: application/json' "$API/$1" -d "$2" "${@:3}"
}
get() { local_curl -o /dev/null -H "Authorization: Bearer $KEY" "$API/$1"; }

account() { post accounts "{\"type\":\"$1\",\"currency\":\"$2\",\"name\":\"Load $SENT\"}" | jq -r .id; }

# webhook EVENT TYPE PAYLOAD [SECRET]: signed with the gateway's secret, or with another.
webhook() {
  local now body hex mac
  now=$(date +%s)
  body="{\"event_id\":\"$1\",\"event_type\":\"$2\",\"payload\":$3}"
  hex=$(base64 -d <<<"${4:-$GATEWAY_SECRET}" | od -An -v -tx1 | tr -d ' \n')
  mac=$(printf %s "$1.$now.$body" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$hex" -binary | base64)
  local_curl -o /dev/null "$API/webhooks/gateway" -H 'Content-Type: application/json' -H "webhook-id: $1" \
    -H "webhook-timestamp: $now" -H "webhook-signature: v1,$mac" -d "$body"
}

# Takes every webhook, but is broken at /broken and wants none at /gone; prints its port first. Endpoints on loopback need PAYBUS_ENV=development.
RECEIVER='
import http.server
class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response({"/gone": 410, "/broken": 500}.get(self.path, 204))
        self.end_headers()
    def log_message(self, *args):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_port, flush=True)
server.serve_forever()'
