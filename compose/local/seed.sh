#!/usr/bin/env bash
# seed.sh - the demo accounts and their opening deposits, as commands over NATS. Run again it adds nothing.
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

home_open
# shellcheck source=/dev/null
source "$LOCAL/parts/stack.sh"
supervisor_running || die "the stack in $PAYBUS_HOME is down: make up first."
as_service "$HOME_DIR/bin/paybus-admin" seed --nats "nats://127.0.0.1:$PAYBUS_NATS_PORT" \
  --credentials "$HOME_DIR/secrets/admin.nats" --database "$(database_url paybus_owner)"
