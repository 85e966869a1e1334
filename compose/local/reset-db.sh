#!/usr/bin/env bash
# reset-db.sh - a fresh database: PostgreSQL's and JetStream's files and the API key go, then the stack comes back.
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

home_open
# shellcheck source=/dev/null
source "$LOCAL/parts/stack.sh"
confirm "This deletes every account and every transaction in $PAYBUS_HOME." || die "nothing was changed."
was_running=no
! supervisor_running || was_running=yes
supervisor_stop
as_service rm -rf "$HOME_DIR/admin-key" "$PG_DATA" "$HOME_DIR/nats/jetstream"
exec {HOME_LOCK}>&-
if [[ $was_running == yes ]]; then
  exec "$LOCAL/up.sh"
fi
say "the next make up creates a fresh database"
