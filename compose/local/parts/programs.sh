# shellcheck shell=bash
# programs.sh - what the stack consists of, in the order of starting: binaries, environments, ports, readiness. Sourced.

BINARIES=(ledger-svc/ledger-svc webhook-svc/webhook-svc recon-svc/recon-svc ingress/ingress ledger-svc/tools/paybus-migrate ledger-svc/tools/paybus-admin
  ledger-svc/tools/paybus-verify)
READY_SECONDS=30

# Settings that are handed on as they are; one that is empty is left to the service's own default.
COMMON_SETTINGS=(PAYBUS_LOG_LEVEL PAYBUS_ENV)
LEDGER_SETTINGS=(PAYBUS_LEDGER_WORKERS PAYBUS_LEDGER_BULK_WORKERS PAYBUS_LEDGER_SLICE_TRANSFERS PAYBUS_LEDGER_BATCH_COMMANDS PAYBUS_LEDGER_QUEUE_MAX
  PAYBUS_IDEMPOTENCY_RETENTION_HOURS PAYBUS_LEDGER_BLOCK_EVENTS PAYBUS_LEDGER_SEAL_INTERVAL_MS
  PAYBUS_STREAM_REPLICAS PAYBUS_EVENTS_STREAM_MB PAYBUS_WORK_STREAM_MB PAYBUS_RELAY_REFILL_RATE)
WEBHOOK_SETTINGS=(PAYBUS_WEBHOOK_ENDPOINT_CONCURRENCY PAYBUS_WEBHOOK_ENDPOINT_RATE PAYBUS_WEBHOOK_DELIVERY_TIMEOUT_MS
  PAYBUS_WEBHOOK_FAILING_HOURS PAYBUS_WEBHOOK_ASKS_PER_MINUTE PAYBUS_WEBHOOK_IN_FLIGHT PAYBUS_WEBHOOK_LEASE_SECONDS PAYBUS_WEBHOOK_SWEEP_SECONDS PAYBUS_DEMO)
RECON_SETTINGS=(PAYBUS_RECON_INTERVAL_SECONDS PAYBUS_RECON_FULL_HOURS PAYBUS_RECON_GRACE_SECONDS PAYBUS_RECON_CLEARING_HOURS
  PAYBUS_RECON_LOAD_PERCENT PAYBUS_RECON_SETTLE_SECONDS)
INGRESS_SETTINGS=(PAYBUS_HTTP_THREADS PAYBUS_HTTP_HEADER_TIMEOUT_MS PAYBUS_HTTP_BODY_TIMEOUT_MS
  PAYBUS_HTTP_WRITE_TIMEOUT_MS PAYBUS_HTTP_KEEP_ALIVE_MS PAYBUS_REQUEST_TIMEOUT_MS PAYBUS_KEY_CACHE_SECONDS
  PAYBUS_DATABASE_POOL PAYBUS_DEMO)

ledger_programs() {
  local i
  echo ledger-svc
  for ((i = 2; i <= PAYBUS_LEDGER_INSTANCES; i++)); do echo "ledger-svc-$i"; done
}

webhook_programs() {
  local i
  echo webhook-svc
  for ((i = 2; i <= PAYBUS_WEBHOOK_INSTANCES; i++)); do echo "webhook-svc-$i"; done
}

# The set-up job behind /v1/demo/reset is there in demo mode only.
demo_programs() { [[ ! $PAYBUS_DEMO =~ ^(1|true|yes|on)$ ]] || echo demo; }

stack_programs() {
  printf '%s\n' postgres nats partitions
  ledger_programs
  webhook_programs
  echo recon-svc
  echo ingress
  demo_programs
  monitoring_programs
}

# ledger-svc listens on the first admin port, webhook-svc and recon-svc on the next two, more instances of ledger-svc from
# +10 on, of webhook-svc from +20 on.
admin_port() {
  case $1 in
  ledger-svc) echo "$PAYBUS_ADMIN_PORT_BASE" ;;
  ledger-svc-*) echo $((PAYBUS_ADMIN_PORT_BASE + 8 + ${1##*-})) ;;
  webhook-svc) echo $((PAYBUS_ADMIN_PORT_BASE + 1)) ;;
  webhook-svc-*) echo $((PAYBUS_ADMIN_PORT_BASE + 18 + ${1##*-})) ;;
  recon-svc) echo $((PAYBUS_ADMIN_PORT_BASE + 2)) ;;
  esac
}

# Lines of: port, setting, program.
program_ports() {
  local program
  echo "$PAYBUS_POSTGRES_PORT PAYBUS_POSTGRES_PORT postgres"
  echo "$PAYBUS_NATS_PORT PAYBUS_NATS_PORT nats"
  echo "$PAYBUS_NATS_MONITOR_PORT PAYBUS_NATS_MONITOR_PORT nats"
  for program in $(ledger_programs) $(webhook_programs) recon-svc; do
    echo "$(admin_port "$program") PAYBUS_ADMIN_PORT_BASE $program"
  done
  echo "$PAYBUS_HTTP_PORT PAYBUS_HTTP_PORT ingress"
  for program in $(monitoring_programs); do
    echo "$(monitoring_port "$program") PAYBUS_PROMETHEUS_PORT $program"
  done
}

# program_url NAME: where a person finds it.
program_url() {
  case $1 in
  postgres) echo "postgresql://127.0.0.1:$PAYBUS_POSTGRES_PORT/paybus" ;;
  nats) echo "nats://127.0.0.1:$PAYBUS_NATS_PORT" ;;
  ledger-svc* | webhook-svc* | recon-svc) echo "http://127.0.0.1:$(admin_port "$1")/metrics" ;;
  ingress) echo "http://127.0.0.1:$PAYBUS_HTTP_PORT" ;;
  partitions | demo) echo - ;;
  prometheus | *-exporter) echo "http://127.0.0.1:$(monitoring_port "$1")" ;;
  esac
}

program_ready() {
  case $1 in
  postgres) postgres_ready ;;
  nats) local_curl -fo /dev/null "http://127.0.0.1:$PAYBUS_NATS_MONITOR_PORT/healthz" ;;
  ledger-svc* | webhook-svc* | recon-svc) local_curl -fo /dev/null "http://127.0.0.1:$(admin_port "$1")/readyz" ;;
  ingress) local_curl -fo /dev/null "http://127.0.0.1:$PAYBUS_HTTP_PORT/readyz" ;;
  partitions | demo) [[ $(program_state "$1") == RUNNING ]] ;;
  prometheus | *-exporter) monitoring_ready "$1" ;;
  esac
}

# Copies, so that a build or an edited migration does not reach a running stack by itself.
programs_install() {
  local binary
  for binary in "${BINARIES[@]}"; do
    put 0755 "$HOME_DIR/bin/${binary##*/}" <"$CLONE/build/release/$binary"
  done
  put 0755 "$HOME_DIR/bin/service-run" <"$LOCAL/service-run.sh"
  put 0755 "$HOME_DIR/bin/nats-start" <"$LOCAL/nats-start.sh"
  migrations_install
}

migrations_install() {
  as_service rm -rf "$HOME_DIR/migrations.new"
  as_service mkdir "$HOME_DIR/migrations.new"
  tar -C "$CLONE/migrations" -c . | as_service tar -C "$HOME_DIR/migrations.new" --no-same-owner -x ||
    die "cannot write $HOME_DIR/migrations."
  as_service rm -rf "$HOME_DIR/migrations"
  as_service mv "$HOME_DIR/migrations.new" "$HOME_DIR/migrations"
}

# environment NAME USER LINE...: USER is its name at the database and at the bus.
environment() {
  printf '%s\n' PAYBUS_INSTANCE="$1" PAYBUS_DATABASE_URL="$(database_url "paybus_$2")" \
    PAYBUS_NATS_SERVERS="nats://127.0.0.1:$PAYBUS_NATS_PORT" \
    PAYBUS_NATS_CREDENTIALS_FILE="$HOME_DIR/secrets/$2.nats" "${@:3}" | put 0600 "$HOME_DIR/env/$1.env"
}

# settings NAME...: a line for each that has a value.
settings() {
  local name
  for name in "${COMMON_SETTINGS[@]}" "$@"; do
    [[ -z ${!name} ]] || printf '%s\n' "$name=${!name}"
  done
}

programs_configure() {
  local program values
  {
    echo "PAYBUS_DATABASE_URL=$(database_url paybus_owner)"
    settings PAYBUS_IDEMPOTENCY_RETENTION_HOURS
  } | put 0600 "$HOME_DIR/env/partitions.env"
  echo "PAYBUS_DATABASE_URL=$(database_url paybus_owner)" | put 0600 "$HOME_DIR/env/demo.env"
  mapfile -t values < <(settings "${LEDGER_SETTINGS[@]}")
  for program in $(ledger_programs); do
    environment "$program" ledger PAYBUS_ADMIN_LISTEN="127.0.0.1:$(admin_port "$program")" "${values[@]}"
  done
  mapfile -t values < <(settings "${WEBHOOK_SETTINGS[@]}")
  for program in $(webhook_programs); do
    environment "$program" webhook PAYBUS_ADMIN_LISTEN="127.0.0.1:$(admin_port "$program")" \
      PAYBUS_SECRETS_KEY_FILE="$HOME_DIR/secrets/webhooks.key" \
      PAYBUS_NATS_MONITOR_URL="http://127.0.0.1:$PAYBUS_NATS_MONITOR_PORT" "${values[@]}"
  done
  mapfile -t values < <(settings "${RECON_SETTINGS[@]}")
  environment recon-svc recon PAYBUS_ADMIN_LISTEN="127.0.0.1:$(admin_port recon-svc)" "${values[@]}"
  mapfile -t values < <(settings "${INGRESS_SETTINGS[@]}")
  environment ingress ingress PAYBUS_HTTP_LISTEN="127.0.0.1:$PAYBUS_HTTP_PORT" \
    PAYBUS_WEBHOOK_SECRETS="$HOME_DIR/secrets/webhooks" PAYBUS_SECRETS_KEY_FILE="$HOME_DIR/secrets/webhooks.key" \
    PAYBUS_DEMO_SECRET_FILE="$HOME_DIR/secrets/demo-secret" "${values[@]}"
  {
    render supervisord.conf.in HOME="$HOME_DIR"
    program_section postgres 10 INT 60 "$PG_BIN/postgres -D $PG_DATA"
    program_section nats 20 TERM 20 "$HOME_DIR/bin/nats-start $HOME_DIR/nats $NATS_SERVER -c $HOME_DIR/conf/nats.conf"
    program_section partitions 30 TERM 15 "$HOME_DIR/bin/paybus-admin partitions --every 3600"
    for program in $(ledger_programs); do
      program_section "$program" 40 TERM 15 "$HOME_DIR/bin/ledger-svc"
    done
    for program in $(webhook_programs); do
      program_section "$program" 45 TERM 15 "$HOME_DIR/bin/webhook-svc"
    done
    program_section recon-svc 48 TERM 15 "$HOME_DIR/bin/recon-svc"
    program_section ingress 50 TERM 15 "$HOME_DIR/bin/ingress"
    for program in $(demo_programs); do
      program_section "$program" 60 TERM 15 "$HOME_DIR/bin/paybus-admin demo serve --nats nats://127.0.0.1:$PAYBUS_NATS_PORT \
--credentials $HOME_DIR/secrets/demo.nats"
    done
    monitoring_sections
  } | put 0600 "$SUPERVISOR_CONF"
}

# program_section NAME PRIORITY STOP_SIGNAL STOP_SECONDS COMMAND
program_section() {
  render program.conf.in HOME="$HOME_DIR" NAME="$1" PRIORITY="$2" STOP_SIGNAL="$3" STOP_SECONDS="$4" COMMAND="$5"
}

# service_files NAME BINARY: what a service is made of.
service_files() { printf '%s\n' "$HOME_DIR/bin/service-run" "$HOME_DIR/bin/$2" "$HOME_DIR/env/$1.env"; }

# service_stop_changed NAME BINARY: stops one that is not what is installed now.
service_stop_changed() {
  local files
  mapfile -t files < <(service_files "$@")
  program_stop_changed "$1" "${files[@]}"
}

# service_up NAME BINARY: started with what is installed now, and ready.
service_up() {
  local files
  mapfile -t files < <(service_files "$@")
  program_start "$1" "${files[@]}"
  program_wait "$1" "$READY_SECONDS" program_ready "$1"
}
