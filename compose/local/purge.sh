#!/usr/bin/env bash
# purge.sh - stops the stack and removes its directory: data, secrets, logs. build/ and .env stay.
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if ! home_exists; then
  say "there is no stack in $PAYBUS_HOME"
  exit 0
fi
home_lock
# shellcheck source=/dev/null
source "$LOCAL/parts/stack.sh"
confirm "This removes $PAYBUS_HOME: data, secrets and logs." || die "nothing was changed."
supervisor_stop
rm -rf "$HOME_DIR"
[[ ! -L $PAYBUS_HOME ]] || rm "$PAYBUS_HOME"
say "removed $PAYBUS_HOME"
