#!/usr/bin/env bash
# build.sh [PRESET [TARGET...]] - configures the preset once and builds; release and everything by default.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
preset=${1:-release}
mkdir -p "build/$preset"
exec {lock}<"build/$preset"
flock "$lock" # two makes in one build directory would tread on each other

[[ -e build/$preset/build.ninja ]] || cmake --preset "$preset"
exec cmake --build "build/$preset" ${2:+--target} "${@:2}"
