#!/usr/bin/env bash
# logs.sh - the last lines of every log, or of SERVICE's; on a terminal it goes on following them.
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

home_exists || die "there is no stack in $PAYBUS_HOME: make up creates it."
shopt -s nullglob
files=("$HOME_DIR/log/${SERVICE:-*}.log")
[[ -z ${SERVICE-} ]] && files=("$HOME_DIR"/log/*.log)
[[ -e ${files[0]-} ]] || die "there is no log of ${SERVICE:-anything} in $PAYBUS_HOME/log."
follow=()
[[ ! -t 1 ]] || follow=(-F)
exec tail -n "${LINES_EACH:-50}" "${follow[@]}" "${files[@]}"
