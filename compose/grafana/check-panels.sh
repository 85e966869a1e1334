#!/usr/bin/env bash
# check-panels.sh [PROMETHEUS] - runs the query of every panel of every dashboard, as Grafana would, and says what is wrong:
# a query that is not understood, takes a second or gives more than 100 series; fewer than 95 of 100 that give anything.
# Put load on the stack first (load.sh), or what counts nothing yet is called empty.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
prometheus=${1:-http://127.0.0.1:${PAYBUS_PROMETHEUS_PORT:-19090}}
SERIES_MAX=100
SECONDS_MAX=1
MINUTES=15 # of a panel

# Lines of: dashboard, panel, query or query_range, query with the variables that Grafana would fill in. Tabs between them.
queries() {
  # shellcheck disable=SC2016 # Grafana's variables
  jq -r '.title as $dashboard
    | (.panels[] | .title as $panel | .targets[]
        | [$dashboard, $panel, if .instant then "query" else "query_range" end, .expr]),
      (.templating.list[] | select(.type == "query") | [$dashboard, "variable " + .name, "query",
        (.query.query | capture("label_values\\((?<of>.*), (?<label>[a-z]+)\\)") | "count by (\(.label)) (\(.of))")])
    | @tsv' "$here"/dashboards/*.json |
    sed 's/\$__rate_interval/1m/g; s/\$instance/.*/g; s/\\\\/\\/g'
}

all=0 empty=0 wrong=0
now=$(date +%s)
while IFS=$'\t' read -r dashboard panel how query; do
  all=$((all + 1))
  answer=$(curl --noproxy '*' --silent --max-time 10 --write-out '\n%{time_total}' --data-urlencode "query=$query" \
    -d "time=$now&start=$((now - MINUTES * 60))&end=$now&step=15" "$prometheus/api/v1/$how") || answer=$'{"status":"error","error":"no answer"}\n0'
  seconds=${answer##*$'\n'}
  answer=${answer%$'\n'*}
  count=$(jq '.data.result | length' <<<"$answer")
  if [[ $(jq -r .status <<<"$answer") != success ]]; then
    complaint="not understood: $(jq -r .error <<<"$answer")"
  elif ((count > SERIES_MAX)); then
    complaint="$count series"
  elif [[ $(jq -n "$seconds >= $SECONDS_MAX") == true ]]; then
    complaint="took $seconds s"
  elif ((count == 0)); then
    empty=$((empty + 1))
    printf 'empty  %s / %s: %s\n' "$dashboard" "$panel" "$query"
    continue
  else
    continue
  fi
  wrong=$((wrong + 1))
  printf 'WRONG  %s / %s: %s: %s\n' "$dashboard" "$panel" "$complaint" "$query"
done < <(queries)

echo "$all queries, $((all - empty - wrong)) with data, $empty empty, $wrong wrong"
((wrong == 0 && all > 0 && empty * 20 <= all))
