#!/usr/bin/env bash
# settings.sh - the README's settings are those of the code: compares, or with --write puts them in.
# Needs the services in build/release (warnings.sh builds them).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

tables() {
  local service
  for service in ledger-svc webhook-svc recon-svc ingress; do
    printf '\n**%s**\n\n' "$service"
    "build/release/$service/$service" --print-config
  done
  printf '\n'
}

with_tables() {
  awk -v tables="$(tables)" '
    /<!-- settings:end -->/ { inside = 0 }
    !inside { print }
    /<!-- settings:begin/ { inside = 1; print tables }' README.md
}

if [[ ${1-} == --write ]]; then
  with_tables >README.md.new
  mv README.md.new README.md
elif ! diff <(with_tables) README.md >&2; then
  echo "settings: README.md differs from --print-config; tests/gates/settings.sh --write mends it" >&2
  exit 1
fi
echo "ok settings"
