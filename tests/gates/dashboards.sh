#!/usr/bin/env bash
# dashboards.sh [DIRECTORY] - an unmodified Grafana shows each dashboard as it is meant: variables, units, places, links to runbooks.
# Whether their metrics exist, asks rules.sh.
set -euo pipefail
gates=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
cd "$gates/../.."
directory=${1:-compose/grafana/dashboards}

runbooks=$(find docs/runbooks -name '[A-Z]*.md' -printf '%f\n' | sed 's/\.md$//' | jq -R . | jq -cs .)
problems=
for file in "$directory"/*.json; do
  while IFS= read -r line; do
    problems+="${file##*/}: $line"$'\n'
  done < <(jq -r --argjson runbooks "$runbooks" -f "$gates/dashboards.jq" "$file" 2>&1)
done
problems+=$(jq -r .uid "$directory"/*.json | sort | uniq -d | sed 's/^/two dashboards have the uid /')

if [[ -n $problems ]]; then
  printf '%s\n' "${problems%$'\n'}"
  echo "FAILED dashboards"
  exit 1
fi
echo "ok dashboards"
