# shellcheck shell=bash
# secrets.sh - generated passwords, each in a file of its own under secrets/, made once. Sourced.

DATABASE_ROLES=(paybus_owner paybus_ingress paybus_ledger paybus_webhook paybus_recon paybus_monitor)
NATS_USERS=(ingress ledger webhook recon admin demo ops sys)

secrets_create() {
  local name
  for name in postgres "${DATABASE_ROLES[@]}"; do
    secret_once "secrets/$name.pgpass" "127.0.0.1:*:*:$name:"
  done
  for name in "${NATS_USERS[@]}"; do
    secret_once "secrets/$name.nats" "$name:"
  done
  webhook_secrets_create
  secret_once secrets/demo-secret ""
  as_service test -s "$HOME_DIR/secrets/webhooks.key" || random_hex 32 | put 0600 "$HOME_DIR/secrets/webhooks.key"
  put 0600 "$HOME_DIR/nats-ops" <<<"nats://$(secret_line ops.nats)@127.0.0.1:$PAYBUS_NATS_PORT"
}

# A secret for each provider that the API knows; edited by hand from then on.
webhook_secrets_create() {
  local provider
  ! as_service test -s "$HOME_DIR/secrets/webhooks" || return 0
  for provider in gateway bank provider; do
    echo "$provider whsec_$(head -c 32 /dev/urandom | base64 -w 0)"
  done | put 0600 "$HOME_DIR/secrets/webhooks"
}

# random_hex BYTES
random_hex() { head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

# secret_once PATH PREFIX
secret_once() {
  as_service test -s "$HOME_DIR/$1" ||
    put 0600 "$HOME_DIR/$1" <<<"$2$(random_hex 24)"
}

secret_line() { as_service cat "$HOME_DIR/secrets/$1"; }

# secret_password FILE: what follows the last colon.
secret_password() {
  local line
  line=$(secret_line "$1")
  printf '%s\n' "${line##*:}"
}
