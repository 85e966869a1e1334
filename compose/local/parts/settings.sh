# shellcheck shell=bash
# settings.sh - the stack's settings: environment, then .env, then the defaults that .env.example documents.
# Sourced by lib.sh. .env is read, never executed.

# settings_read FILE: sets each variable that nothing before has set.
settings_read() {
  local line number=0 name value
  while IFS= read -r line || [[ -n $line ]]; do
    number=$((number + 1))
    line=${line%$'\r'}
    [[ $line =~ ^[[:space:]]*(#|$) ]] && continue
    [[ $line =~ ^(PAYBUS_[A-Z_]+)=(.*)$ ]] || die "${1##*/} line $number is not NAME=value: $line"
    name=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
    [[ $value =~ ^\"(.*)\"$ || $value =~ ^\'(.*)\'$ ]] && value=${BASH_REMATCH[1]}
    grep -q "^$name=" "$CLONE/.env.example" || die "${1##*/} line $number: there is no setting $name (see .env.example)"
    [[ -n ${!name-} ]] || printf -v "$name" '%s' "$value"
  done <"$1"
}

# setting_int NAME MIN MAX
setting_int() {
  if [[ ! ${!1} =~ ^[1-9][0-9]{0,8}$ ]] || ((${!1} < $2 || ${!1} > $3)); then
    die "$1 is '${!1}': it must be a whole number from $2 to $3."
  fi
}

settings_load() {
  [[ ! -e $CLONE/.env ]] || settings_read "$CLONE/.env"
  settings_read "$CLONE/.env.example"
  PAYBUS_HOME=${PAYBUS_HOME:-$CLONE/run}
  [[ $PAYBUS_HOME == /* ]] || PAYBUS_HOME=$CLONE/$PAYBUS_HOME
  PAYBUS_POSTGRES_MEMORY_MB=${PAYBUS_POSTGRES_MEMORY_MB:-$(settings_quarter_of_memory)}
  local name
  # Below 32768, where outgoing connections of this machine begin to take their ports.
  for name in PAYBUS_HTTP_PORT PAYBUS_POSTGRES_PORT PAYBUS_NATS_PORT PAYBUS_NATS_MONITOR_PORT PAYBUS_PROMETHEUS_PORT; do
    setting_int "$name" 1024 32767
  done
  setting_int PAYBUS_ADMIN_PORT_BASE 1024 32700
  setting_int PAYBUS_LEDGER_INSTANCES 1 9
  setting_int PAYBUS_PROMETHEUS_DAYS 1 365
  setting_int PAYBUS_WEBHOOK_INSTANCES 1 4
  setting_int PAYBUS_POSTGRES_MEMORY_MB 32 1048576
}

# Machine or container memory, whichever is less; a quarter of it, 128 MB to 4 GB.
settings_quarter_of_memory() {
  local total limit
  total=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
  limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
  [[ $limit == max ]] || ((limit / 1048576 >= total)) || total=$((limit / 1048576))
  local quarter=$((total / 4))
  ((quarter <= 4096)) || quarter=4096
  ((quarter >= 128)) || quarter=128
  echo "$quarter"
}

settings_load
