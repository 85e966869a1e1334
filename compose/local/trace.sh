#!/usr/bin/env bash
# trace.sh - one request's story over all services: every line of the logs with its trace, in order of time. ID is a trace id, a
# request id, or any id that stands in a line beside a trace (cmd_, wrk_). Lines of what went well are logged at level debug
# only: PAYBUS_LOG_LEVEL=debug, or SIGUSR1 to switch a running service there and back.
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

home_exists || die "there is no stack in $PAYBUS_HOME: make up creates it."
[[ ${ID-} =~ ^[A-Za-z0-9_.:-]{4,128}$ ]] || die "which one? make trace ID=<trace id, request id or another id in the logs>"

# lines TEXT...: those of all logs, rotated ones too, with any of the texts.
# shellcheck disable=SC2016 # expanded by the inner shell
lines() { as_service bash -c 'shopt -s nullglob; cd "$0"; cat -- *.log.? *.log' "$HOME_DIR/log" | grep -F "$(printf '%s\n' "$@")" || true; }

mapfile -t traces < <(lines "\"$ID\"" | jq -Rr 'fromjson? | .trace_id // empty' | sort -u | grep .)
((${#traces[@]} > 0)) || die "no log has a line about $ID with a trace; see make logs, and PAYBUS_LOG_LEVEL=debug."
lines "${traces[@]}" | jq -Rc 'fromjson?' | jq -sr 'sort_by(.ts)[]
  | "\(.ts)  \(.instance)  \(.event)  " + (del(.ts, .level, .service, .instance, .event) | to_entries | map("\(.key)=\(.value)") | join(" "))'
