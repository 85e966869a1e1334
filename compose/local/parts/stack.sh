# shellcheck shell=bash
# stack.sh - sources all parts for the scripts that handle the whole stack.
# shellcheck source=/dev/null
for part in secrets postgres nats supervisor programs monitoring preflight; do
  source "$LOCAL/parts/$part.sh"
done
