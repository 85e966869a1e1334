# shellcheck shell=bash
# secrets.sh - generated passwords, each in a file of its own under secrets/, made once. Sourced.

DATABASE_ROLES=(paybus_owner paybus_ingress paybus_ledger paybus_webhook paybus_recon)
NATS_USERS=(ingress ledger webhook recon admin ops sys)

secrets_create() {
  local name
  for name in postgres "${DATABASE_ROLES[@]}"; do
    secret_once "secrets/$name.pgpass" "127.0.0.1:*:*:$name:"
  done
  for name in "${NATS_USERS[@]}"; do
    secret_once "secrets/$name.nats" "$name:"
  done
  put 0600 "$HOME_DIR/nats-ops" <<<"nats://$(secret_line ops.nats)@127.0.0.1:$PAYBUS_NATS_PORT"
}

# secret_once PATH PREFIX
secret_once() {
  as_service test -s "$HOME_DIR/$1" ||
    put 0600 "$HOME_DIR/$1" <<<"$2$(head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n')"
}

secret_line() { as_service cat "$HOME_DIR/secrets/$1"; }

# secret_password FILE: what follows the last colon.
secret_password() {
  local line
  line=$(secret_line "$1")
  printf '%s\n' "${line##*:}"
}
