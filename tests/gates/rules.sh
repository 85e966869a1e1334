#!/usr/bin/env bash
# rules.sh - Prometheus understands its configuration and rules; each alert fires and stays silent in a test, and has its
# runbook, whose commands are such and look for what there is (compose/prometheus/runbooks.sh tries them); what rules,
# dashboards and documents ask for exists, and what services export is used or documented.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
prometheus=compose/prometheus
problems=

# complain TEXT LINES: a problem for each line.
complain() {
  local line
  while IFS= read -r line; do
    [[ -z $line ]] || problems+="$1: $line"$'\n'
  done <<<"$2"
}

# promtool_says COMMAND...: nothing when all is well.
promtool_says() {
  local output
  output=$(promtool "$@" 2>&1) || printf '%s\n' "$output" | grep -vE '^ *SUCCESS|^$'
}

alerts() { sed -n 's/^ *- alert: //p' $prometheus/rules/alerts.yml | sort; }
cases() { sed -n "s/^ *- name: \([A-Za-z]*\) $1\$/\1/p" $prometheus/tests/*.yml | sort -u; }
runbooks() { find docs/runbooks -name '[A-Z]*.md' ! -name README.md -printf '%f\n' | sed 's/\.md$//' | sort; }

# Names that services register, histograms with what Prometheus makes of them.
exported() {
  grep -ohE '"(paybus|process)_[a-z0-9_]+"' -- */edge/*.c shared/io/*.c | tr -d '"' | sort -u
}
series() {
  exported
  grep -ohzE 'metrics_histogram\([[:space:]]*"[a-z_]+"' -- */edge/*.c shared/io/*.c | tr '\0' '\n' | grep -oE '"[a-z_]+"' | tr -d '"' |
    sed 's/.*/&_bucket\n&_sum\n&_count/'
}

# What rules and dashboards ask our services for; names with a colon are those of recording rules.
used() {
  local files=("$prometheus/rules/"*.yml)
  [[ ! -d compose/grafana/dashboards ]] || files+=(compose/grafana/dashboards/*.json)
  grep -ohE '[a-z]*:?\b(paybus|process)_[a-z0-9_]+(:[a-z0-9_]+)?' "${files[@]}" | grep -v : | sort -u
}

# What documents name: not roles, not recording rules; part of a name ends in _.
named() {
  sed -E 's/[a-z]+:[a-z0-9_]+:[a-z0-9_]+//g' docs/OPERATIONS.md docs/runbooks/*.md | grep -oE '\b(paybus|process)_[a-z0-9_]+' |
    grep -vxE 'paybus_(owner|ingress|ledger|webhook|recon|monitor)' | sort -u
}
unknown() {
  local name all
  all=$(series)
  while read -r name; do
    case $name in
    *_) grep -q "^$name" <<<"$all" || echo "$name" ;;
    *) grep -qx "$name" <<<"$all" || echo "$name" ;;
    esac
  done < <(named)
}

# commands PAGE: what stands between ```sh and ```.
commands() { awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$1"; }
not_understood() {
  local page
  for page in docs/runbooks/*.md; do
    bash -n <(commands "$page") 2>/dev/null || echo "$page"
  done
}
# Events that pages look for in logs, and no program writes.
never_logged() {
  local event words
  words=$(grep -ohE '"[a-z_]+"' -- */main.c */edge/*.c shared/io/*.c | sort -u)
  while read -r event; do
    grep -qE "$event" <<<"$words" || echo "$event"
  done < <(for page in docs/runbooks/*.md; do commands "$page"; done | sed -n "s/.*\"event\":\"\([^\"']*\).*/\1/p" | tr -d '()' | tr '|' '\n' | sort -u)
}

documented() { grep -ohE '\b(paybus|process)_[a-z0-9_]+' docs/OPERATIONS.md docs/runbooks/*.md | sort -u; }

# A recording rule's name is used with its colons.
recorded() { sed -n 's/^ *- record: //p' $prometheus/rules/recording.yml | sort -u; }
recorded_used() {
  grep -ohE '[a-z]+:[a-z0-9_]+:[a-z0-9_]+' $prometheus/rules/*.yml compose/grafana/dashboards/*.json 2>/dev/null | sort -u
}

complain 'promtool' "$(promtool_says check config $prometheus/prometheus.yml)"
complain 'promtool' "$(promtool_says test rules $prometheus/tests/*.yml)"
complain 'no test in which it fires' "$(comm -23 <(alerts) <(cases fires))"
complain 'no test in which it is silent' "$(comm -23 <(alerts | grep -vx Watchdog) <(cases 'is silent'))"
complain 'no runbook' "$(comm -23 <(alerts) <(runbooks))"
complain 'a runbook of no alert' "$(comm -13 <(alerts) <(runbooks))"
complain 'commands that bash does not understand' "$(not_understood)"
complain 'looked for in logs, but nobody writes it' "$(never_logged)"
complain 'named in a document, but nobody exports it' "$(unknown)"
complain 'asked for, but nobody exports it' "$(comm -23 <(used) <(series | sort -u))"
complain 'no such recording rule' "$(comm -13 <(recorded) <(recorded_used))"

complain 'exported, but neither used nor documented' \
  "$(comm -23 <(exported) <({ used | sed -E 'p; s/_(bucket|sum|count)$//'; documented; } | sort -u))"

if [[ -n $problems ]]; then
  printf '%s' "$problems"
  echo "FAILED rules"
  exit 1
fi
echo "ok rules"
