#!/usr/bin/env bash
# up.sh - from a clean clone to a running stack. Run again it changes only what is not as it should be.
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$LOCAL/packages.sh"
home_create
# shellcheck source=/dev/null
source "$LOCAL/parts/stack.sh"

# Whatever fails, nothing that this run started stays.
finish() {
  local status=$?
  trap - EXIT INT TERM
  ((status == 0)) || supervisor_undo || true
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

configure() {
  secrets_create
  programs_install
  postgres_create
  postgres_configure
  nats_configure
  programs_configure
  monitoring_configure
}

# Who writes stops before the schema changes: an older version does not know all that the newer one stores.
stop_changed() {
  local program
  for program in $(ledger_programs); do
    service_stop_changed "$program" ledger-svc
  done
  for program in $(webhook_programs); do
    service_stop_changed "$program" webhook-svc
  done
  service_stop_changed recon-svc recon-svc
}

start_database() {
  local output settings
  program_start postgres "$HOME_DIR/bin/service-run" "$HOME_DIR/conf/postgresql.conf"
  program_start nats "$HOME_DIR/bin/service-run" "$HOME_DIR/bin/nats-start" "$HOME_DIR/conf/nats.conf"
  program_wait postgres 120 program_ready postgres # recovery after a crash may take a while
  postgres_roles
  postgres_database
  stop_changed
  as_service "$HOME_DIR/bin/paybus-migrate" --database "$(database_url paybus_owner)" --dir "$HOME_DIR/migrations"
  mapfile -t settings < <(as_service cat "$HOME_DIR/env/partitions.env")
  output=$(as_service "${settings[@]}" "$HOME_DIR/bin/paybus-admin" partitions 2>&1) ||
    die "partitions could not be made: $output"
  program_wait nats "$READY_SECONDS" program_ready nats
}

start_services() {
  local program
  service_up partitions paybus-admin
  for program in $(ledger_programs); do
    service_up "$program" ledger-svc
  done
  for program in $(webhook_programs); do
    service_up "$program" webhook-svc
  done
  service_up recon-svc recon-svc
  service_up ingress ingress
  for program in $(demo_programs); do
    service_up "$program" paybus-admin
  done
}

# The key is shown once by the tool that makes it, so it is kept in a file of its own.
first_key() {
  local output settings
  ! as_service test -s "$HOME_DIR/admin-key" || return 0
  output=$(as_service "$HOME_DIR/bin/paybus-admin" key create --owner admin --scopes admin \
    --database "$(database_url paybus_owner)" 2>&1) || die "no API key could be made: $output"
  grep '^sk_' <<<"$output" | put 0600 "$HOME_DIR/admin-key"
}

summary() {
  cat <<EOF

Paybus is up.
  HTTP        http://127.0.0.1:$PAYBUS_HTTP_PORT   documentation at /docs
  ledger-svc  http://127.0.0.1:$PAYBUS_ADMIN_PORT_BASE/metrics
  webhook-svc $(program_url webhook-svc)
  recon-svc   $(program_url recon-svc)
  PostgreSQL  $(program_url postgres)
  NATS        $(program_url nats)
$(! monitoring_on || echo "  Prometheus  $(program_url prometheus)")
  API key     $(as_service cat "$HOME_DIR/admin-key")   also in $PAYBUS_HOME/admin-key

  curl -H "Authorization: Bearer \$(cat $PAYBUS_HOME/admin-key)" http://127.0.0.1:$PAYBUS_HTTP_PORT/v1/currencies
  nats --server "\$(cat $PAYBUS_HOME/nats-ops)" rtt
EOF
}

supervisor_running || wait_until 60 supervisor_gone || die "processes of an earlier run are still ending; try again."
ports_check
supervisor_running || disk_check
"$LOCAL/build.sh" release "${BINARIES[@]##*/}"
configure
supervisor_start
start_database
start_services
monitoring_start
first_key
summary
