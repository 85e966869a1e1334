#!/usr/bin/env bash
# runbooks.sh [ALERT...] - tries what the runbooks of these alerts, or of all, say under "Verify" on the local stack, and
# prints what it shows. Wrong is a command that fails or complains, or an answer that is a problem; with FAULT=1, when the fault is
# there, also a page that shows nothing.
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/../local/lib.sh"
home_exists || die "there is no stack in $PAYBUS_HOME: make up creates it."
pages=$CLONE/docs/runbooks

# blocks: the commands of a page, or of a part of it.
blocks() { awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside'; }
verify() { awk '/^## Verify$/ { inside = 1 } /^## Mend$/ { inside = 0 } inside' "$pages/$1.md" | blocks; }

# Pages name the directory and the ports of a stack without settings.
of_this_stack() {
  sed -E "s#(^|[ =(\"])run(/|[; ]|\$)#\1$HOME_DIR\2#g
    s/\b18000\b/$PAYBUS_HTTP_PORT/g; s/\b18222\b/$PAYBUS_NATS_MONITOR_PORT/g
    s/\b18001\b/$PAYBUS_ADMIN_PORT_BASE/g; s/\b18002\b/$((PAYBUS_ADMIN_PORT_BASE + 1))/g; s/\b18003\b/$((PAYBUS_ADMIN_PORT_BASE + 2))/g
    s/\b15432\b/$PAYBUS_POSTGRES_PORT/g; s/\b19090\b/$PAYBUS_PROMETHEUS_PORT/g"
}

# Tells of each command that failed. grep ends with 1 when nothing is there to be found and make status when something is not ready;
# neither is a failure.
# shellcheck disable=SC2016 # expanded by the shell that runs the page
WATCH='
failed() {
  local status highest=0
  [[ $BASH_COMMAND != "make status" ]] || return 0
  for status in "$@"; do ((status <= highest)) || highest=$status; done
  ((highest <= 1)) || printf "status %s of: %s\n" "$*" "$BASH_COMMAND" >&2
}
trap '\''failed "${PIPESTATUS[@]}"'\'' ERR'

try() {
  local script output complaint
  script=$(of_this_stack <<<"$settings"$'\n'"$(verify "$1")")
  complaint=$(mktemp)
  output=$(cd "$CLONE" && timeout 60 bash -c "$WATCH"$'\n'"$script" 2>"$complaint" </dev/null) || true
  printf '== %s\n%s\n' "$1" "$output"
  sed -i '/^make: .* Error 1$/d' "$complaint"
  ! grep -q '"type": *"/problems/' <<<"$output" || say "an answer is a problem" >>"$complaint"
  if [[ -s $complaint ]]; then
    sed "s/^/$1: WRONG: /" "$complaint"
  elif [[ -z $output && ${FAULT-} == 1 ]]; then
    say "$1: WRONG: shows nothing"
  else
    rm "$complaint"
    return 0
  fi
  rm "$complaint"
  return 1
}

settings=$(blocks <"$pages/README.md")
(($# > 0)) || mapfile -t names < <(find "$pages" -name '[A-Z]*.md' ! -name README.md -printf '%f\n' | sed 's/\.md$//' | sort)
(($# == 0)) || names=("$@")
wrong=0
for name in "${names[@]}"; do
  try "$name" || wrong=$((wrong + 1))
done
say "${#names[@]} pages, $wrong wrong"
((wrong == 0))
