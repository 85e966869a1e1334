#!/usr/bin/env bash
# status.sh - one line a program: state, process, uptime, restarts after a crash, readiness, address.
# Exits with 0 when everything runs and is ready, with 1 otherwise.
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if ! home_exists; then
  say "there is no stack in $PAYBUS_HOME: make up creates it"
  exit 1
fi
# shellcheck source=/dev/null
source "$LOCAL/parts/stack.sh"
if ! supervisor_running; then
  say "the stack in $PAYBUS_HOME is down"
  exit 1
fi

all=0
row() { printf '%-18s %-9s %-8s %-10s %-9s %-6s %s\n' "$@"; }
row program state pid uptime restarts ready address
states=$(supervisor_ctl status || true) # its exit code counts programs that do not run
for name in $(stack_programs); do
  read -r _ state rest < <(grep "^$name " <<<"$states" || echo "$name UNKNOWN")
  pid=- uptime=- ready=no
  if [[ $rest =~ ^pid\ ([0-9]+),\ uptime\ (.*)$ ]]; then
    pid=${BASH_REMATCH[1]} uptime=${BASH_REMATCH[2]}
    ! program_ready "$name" || ready=yes
  fi
  [[ $ready == yes ]] || all=1
  row "$name" "$state" "$pid" "$uptime" "$(program_crashes "$name")" "$ready" "$(program_url "$name")"
done
exit "$all"
