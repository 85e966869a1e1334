#!/bin/sh
# check.sh [--fast] - all gates, one line each; --fast leaves out those that compile. For people and for CI.
set -u
here=$(dirname "$0")
gates='selftest format banned sizes names shell rules dashboards'
if [ "${1-}" != --fast ]; then
    gates="$gates warnings settings tidy cppcheck"
fi

failed=
for gate in $gates; do
    "$here/$gate.sh" || failed="$failed $gate"
done
if [ -n "$failed" ]; then
    echo "failed:$failed"
    exit 1
fi
echo "all gates passed"
