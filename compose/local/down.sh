#!/usr/bin/env bash
# down.sh - stops the stack; its data stays.
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if ! home_exists; then
  say "there is no stack in $PAYBUS_HOME"
  exit 0
fi
home_lock
# shellcheck source=/dev/null
source "$LOCAL/parts/stack.sh"
supervisor_stop
say "stopped; the data stays in $PAYBUS_HOME"
