# shellcheck shell=bash
# lib.sh - what every script of the local stack needs: messages, settings, the stack's user and its files.
# Sourced. Scripts run from any directory; CLONE is the checkout, HOME_DIR the stack's real directory.

set -euo pipefail

CLONE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
LOCAL=$CLONE/compose/local
PROGRAM=make\ $(basename "$0" .sh)

say() { printf '%s\n' "$*"; }
warn() { printf '%s: %s\n' "$PROGRAM" "$*" >&2; }
die() {
  warn "$*"
  exit 1
}

# confirm QUESTION: true for a typed yes or YES=1; without a terminal YES=1 is the only way.
confirm() {
  [[ ${YES-} == 1 ]] && return 0
  [[ -t 0 ]] || die "$1 There is no terminal to ask on: say YES=1 if you mean it."
  local answer
  read -r -p "$1 Type yes to go on: " answer
  [[ $answer == yes ]]
}

# as_service COMMAND...: as the stack's user, in a clean environment. Root runs nothing of the stack itself.
as_service() {
  local clean=(env -i -C / PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME="$HOME_DIR")
  if ((EUID == 0)); then
    setpriv --reuid="$SERVICE_USER" --regid="$(id -g "$SERVICE_USER")" --init-groups "${clean[@]}" "$@"
  else
    "${clean[@]}" "$@"
  fi
}

# put MODE PATH: standard input becomes the file, at once or not at all. An equal file is left alone.
put() {
  # shellcheck disable=SC2016 # expanded by the inner shell
  as_service bash -c '
    set -euo pipefail
    umask 077
    trap '\''rm -f "$2.new"'\'' EXIT
    cat >"$2.new"
    chmod "$1" "$2.new"
    if cmp -s "$2.new" "$2" && [[ $(stat -c %a "$2") == "$(stat -c %a "$2.new")" ]]; then exit 0; fi
    mv "$2.new" "$2"' put "$1" "$2" || die "cannot write $2."
}

# render TEMPLATE NAME=VALUE...: the template with each @NAME@ replaced; one that is left over is our own bug.
render() {
  local text pair
  text=$(<"$LOCAL/conf/$1")
  for pair in "${@:2}"; do
    text=${text//"@${pair%%=*}@"/"${pair#*=}"}
  done
  [[ ! $text =~ @[A-Z_]+@ ]] || die "conf/$1 has no value for ${BASH_REMATCH[0]}"
  printf '%s\n' "$text"
}

# wait_until SECONDS COMMAND...: polls until the command is true; false after the deadline.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# Asks our own servers, so a proxy from the environment must not be in between.
local_curl() { curl --noproxy '*' --silent --max-time 3 "$@"; }

# shellcheck source=/dev/null
source "$LOCAL/parts/settings.sh"
# shellcheck source=/dev/null
source "$LOCAL/parts/home.sh"
