#!/usr/bin/env bash
# coverage.sh [LINES] - branch coverage of the ledger's rules (ledger-svc/domain) by their unit tests and the
# simulation: a line per file, the sum, and with LINES=1 every branch that was not taken. Left out are assert()s: their
# other branch is a bug of ours, and ends the process. Fails below PAYBUS_COVERAGE_MIN percent (95).
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=build/coverage
mapfile -t units < <(basename -s .c -a tests/unit/ledger-svc/test_*.c | sed 's/^/unit_ledger-svc_/')
mkdir -p "$build"
compose/local/build.sh coverage sim "${units[@]}" >"$build/build.log" || {
  tail -n 30 "$build/build.log"
  exit 1
}
find "$build" -name '*.gcda' -delete
ctest --test-dir "$build" --tests-regex '^(unit/ledger-svc|sim)/' --parallel 2 >"$build/tests.log" || {
  tail -n 30 "$build/tests.log"
  exit 1
}
find "$build/ledger-svc" -path '*ledger_domain*' -name '*.gcda' -print0 | sort -z |
  xargs -0 gcov --branch-probabilities --branch-counts --stdout 2>/dev/null |
  awk -v min="${PAYBUS_COVERAGE_MIN:-95}" -v lines="${1:-}" -f tests/coverage.awk
