#!/usr/bin/env bash
# log-scan.sh [WORD...] - fails when a log of the local stack, of whichever program, has one of the stack's secrets or one of the
# words. It says where, not what.
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
home_exists || die "there is no stack in $PAYBUS_HOME: make up creates it."

# What is secret of each line: its last part, without what tells that it is one.
# shellcheck disable=SC2016 # expanded by the inner shell
secrets() { as_service bash -c 'awk 1 "$0"/secrets/* "$0/admin-key"' "$HOME_DIR" | sed -E 's/.*[: ]//; s/^(whsec|sk)_//' | grep .; }

words=$(secrets && (($# == 0)) || printf '%s\n' "$@")
status=0
# shellcheck disable=SC2016 # expanded by the inner shell
found=$(as_service bash -c 'cd "$0" && grep -nFH -f - -- *' "$HOME_DIR/log" <<<"$words") || status=$?
((status <= 1)) || die "the logs cannot be read."
[[ -z $found ]] || die "what nobody else is to know is in $(cut -d : -f 1-2 <<<"$found" | head -n 5 | paste -sd ' ')."
say "$(wc -l <<<"$words") secrets and words, none of them in $(as_service ls "$HOME_DIR/log" | wc -l) logs"
