#!/usr/bin/env bash
# test.sh - builds with ASan and UBSan and runs the suite; the last line is "N passed, N failed".
# LABEL=unit|sim|integration|e2e|soak runs those only, TEST=regex those whose name matches; soak only when asked for.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
compose/local/build.sh asan

choose=(--label-exclude soak)
[[ -z ${LABEL-} ]] || choose=(--label-regex "^($LABEL)\$")
[[ -z ${TEST-} ]] || choose+=(--tests-regex "$TEST")
# Twice as many as processors: most of a test is waiting for what it started.
report=build/asan/ctest-report.txt
status=0
ctest --test-dir build/asan --parallel $(($(nproc) * 2)) --output-on-failure --no-tests=error "${choose[@]}" |
  tee "$report" || status=$?

failed=$(sed -n 's/.* \([0-9]*\) tests\{0,1\} failed out of [0-9]*$/\1/p' "$report")
total=$(sed -n 's/.* failed out of \([0-9]*\)$/\1/p' "$report")
echo "$((${total:-0} - ${failed:-0})) passed, ${failed:-0} failed"
exit "$status"
