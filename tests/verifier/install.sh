#!/usr/bin/env bash
# install.sh STAMP - installs the verifier beside this script and touches STAMP. npm runs only when the lock file is not the one that
# was installed last. Builds of several presets wait for each other.
set -euo pipefail

stamp=$(realpath -m "$1")
cd "$(dirname "${BASH_SOURCE[0]}")"
installed=node_modules/.installed.json
exec {lock}<.
flock "$lock"

if ! cmp -s package-lock.json "$installed"; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null >/dev/null || {
    echo "tests/verifier: npm ci failed (its message is above); it needs an npm registry or npm's own cache" >&2
    exit 1
  }
  cp package-lock.json "$installed"
fi
touch "$stamp"
