#!/usr/bin/env bash
# install.sh DIRECTORY - copies to DIRECTORY what ingress embeds of Swagger UI, with a gzip of what is large. npm runs only
# when the lock file is not the one that was installed last. Builds of several presets wait for each other.
set -euo pipefail

out=$(realpath -m "$1")
cd "$(dirname "${BASH_SOURCE[0]}")"
package=node_modules/swagger-ui-dist
installed=node_modules/.installed.json
exec {lock}<.
flock "$lock"

if ! cmp -s package-lock.json "$installed"; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null >/dev/null || {
    echo "ingress/docs-ui: npm ci failed (its message is above); it needs an npm registry or npm's own cache" >&2
    exit 1
  }
  cp package-lock.json "$installed"
fi

mkdir -p "$out"
for file in LICENSE NOTICE swagger-ui-bundle.js.LICENSE.txt swagger-ui-bundle.js swagger-ui.css; do
  cp "$package/$file" "$out/$file"
done
for file in swagger-ui-bundle.js swagger-ui.css; do
  gzip -9nc "$package/$file" >"$out/$file.gz"
done
