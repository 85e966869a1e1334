# shellcheck shell=bash
# nats.sh - the private nats-server: its configuration. Sourced.

# shellcheck disable=SC2034 # used by supervisor.sh and programs.sh
NATS_SERVER=/usr/sbin/nats-server

nats_configure() {
  local values=() user
  for user in "${NATS_USERS[@]}"; do
    values+=("${user^^}=$(secret_password "$user.nats")")
  done
  values+=(HOME="$HOME_DIR" PORT="$PAYBUS_NATS_PORT" MONITOR_PORT="$PAYBUS_NATS_MONITOR_PORT")
  render nats.conf.in "${values[@]}" | put 0600 "$HOME_DIR/conf/nats.conf"
}
