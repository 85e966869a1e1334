#!/usr/bin/env bash
# migrate.sh - applies migrations/ to the running database; STATUS=1 only lists what is applied.
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

home_open
# shellcheck source=/dev/null
source "$LOCAL/parts/stack.sh"
supervisor_running || die "the stack in $PAYBUS_HOME is down: make up first."
migrations_install
as_service "$HOME_DIR/bin/paybus-migrate" --database "$(database_url paybus_owner)" --dir "$HOME_DIR/migrations" \
  ${STATUS:+--status}
