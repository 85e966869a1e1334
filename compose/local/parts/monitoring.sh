# shellcheck shell=bash
# monitoring.sh - Prometheus with our rules, and the exporters of the machine's and PostgreSQL's figures. Sourced.
# Debian's binaries through links in bin/, so that they are found among the stack's own processes; Debian's own services
# and their data are not touched.

MONITORING_BINARIES=(prometheus prometheus-node-exporter prometheus-postgres-exporter)
PROMETHEUS_CONF=$HOME_DIR/conf/prometheus
PROMETHEUS_DISK=512MB # retention ends here if the days are not over before

monitoring_on() { [[ ! $PAYBUS_MONITORING =~ ^(0|false|no|off)$ ]]; }

# The last to start, the first to stop.
monitoring_programs() { ! monitoring_on || printf '%s\n' node-exporter postgres-exporter prometheus; }

monitoring_port() {
  case $1 in
  prometheus) echo "$PAYBUS_PROMETHEUS_PORT" ;;
  node-exporter) echo $((PAYBUS_PROMETHEUS_PORT + 1)) ;;
  postgres-exporter) echo $((PAYBUS_PROMETHEUS_PORT + 2)) ;;
  esac
}

monitoring_ready() {
  local path=/metrics
  [[ $1 != prometheus ]] || path=/-/ready
  local_curl -fo /dev/null "http://127.0.0.1:$(monitoring_port "$1")$path"
}

monitoring_configure() {
  local binary
  monitoring_on || return 0
  for binary in "${MONITORING_BINARIES[@]}"; do
    as_service ln -sfn "/usr/bin/$binary" "$HOME_DIR/bin/$binary"
  done
  as_service mkdir -p -m 0755 "$PROMETHEUS_CONF/rules"
  as_service find "$PROMETHEUS_CONF/rules" -name '*.yml' -delete
  for binary in prometheus.yml postgres-queries.yml rules/recording.yml rules/alerts.yml; do
    put 0644 "$PROMETHEUS_CONF/$binary" <"$CLONE/compose/prometheus/$binary"
  done
  monitoring_targets | put 0644 "$PROMETHEUS_CONF/targets-new" # not *.json: Prometheus must not see half of it
  as_service mv "$PROMETHEUS_CONF/targets-new" "$PROMETHEUS_CONF/targets.json"
  printf '%s\n' "DATA_SOURCE_NAME=host=127.0.0.1 port=$PAYBUS_POSTGRES_PORT user=paybus_monitor dbname=postgres sslmode=disable" \
    "PGPASSFILE=$HOME_DIR/secrets/paybus_monitor.pgpass" GOMAXPROCS=1 | put 0600 "$HOME_DIR/env/postgres-exporter.env"
  printf '%s\n' GOMAXPROCS=1 | put 0600 "$HOME_DIR/env/node-exporter.env"
  printf '%s\n' GOMAXPROCS=1 GOMEMLIMIT=256MiB | put 0600 "$HOME_DIR/env/prometheus.env"
}

# What Prometheus asks, for its file_sd: a job is a program, an instance one process of it.
monitoring_targets() {
  local name
  for name in $(stack_programs); do
    case $name in
    ingress) echo "$PAYBUS_HTTP_PORT ingress $name" ;;
    ledger-svc* | webhook-svc* | recon-svc*) echo "$(admin_port "$name") ${name%-[0-9]} $name" ;;
    node-exporter) echo "$(monitoring_port "$name") node $name" ;;
    postgres-exporter) echo "$(monitoring_port "$name") postgres $name" ;;
    prometheus) echo "$(monitoring_port "$name") prometheus $name" ;;
    esac
  done | jq -R 'split(" ") | {targets: ["127.0.0.1:" + .[0]], labels: {job: .[1], instance: .[2]}}' | jq -s .
}

# monitoring_command NAME: its command line.
monitoring_command() {
  local listen
  listen=--web.listen-address=127.0.0.1:$(monitoring_port "$1")
  case $1 in
  prometheus)
    echo "$HOME_DIR/bin/prometheus --config.file=$PROMETHEUS_CONF/prometheus.yml --storage.tsdb.path=$HOME_DIR/prometheus" \
      "--storage.tsdb.retention.time=${PAYBUS_PROMETHEUS_DAYS}d --storage.tsdb.retention.size=$PROMETHEUS_DISK" \
      "--query.max-samples=5000000 --log.level=warn $listen"
    ;;
  node-exporter)
    echo "$HOME_DIR/bin/prometheus-node-exporter --collector.disable-defaults --collector.cpu --collector.meminfo" \
      "--collector.loadavg --collector.diskstats --collector.filesystem --collector.pressure --collector.time" \
      "--collector.timex --collector.vmstat --web.disable-exporter-metrics --log.level=warn $listen"
    ;;
  postgres-exporter)
    echo "$HOME_DIR/bin/prometheus-postgres-exporter --log.level=warn --extend.query-path=$PROMETHEUS_CONF/postgres-queries.yml $listen"
    ;;
  esac
}

monitoring_sections() {
  local name
  for name in $(monitoring_programs); do
    program_section "$name" 70 TERM 20 "$(monitoring_command "$name")"
  done
}

monitoring_start() {
  local name files=("$HOME_DIR/bin/service-run" "$SUPERVISOR_CONF")
  for name in $(monitoring_programs); do
    case $name in
    prometheus) files+=("$PROMETHEUS_CONF/prometheus.yml" "$PROMETHEUS_CONF"/rules/*.yml) ;;
    postgres-exporter) files+=("$PROMETHEUS_CONF/postgres-queries.yml") ;;
    esac
    program_start "$name" "${files[@]}"
  done
  for name in $(monitoring_programs); do
    program_wait "$name" "$READY_SECONDS" monitoring_ready "$name"
  done
}
