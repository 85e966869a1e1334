#!/usr/bin/env bash
# nats-start.sh STORE COMMAND... - clears what a power cut has torn from nats-server's store, then becomes COMMAND.
# A stream or a consumer whose description was not yet written is passed over by nats-server. Made anew over what is left it is
# lost again at every further start (before 2.9.11), so it has to go as a whole; ledger-svc then fills the stream again.
set -euo pipefail

store=$1
shift

# is_whole DIRECTORY: the description is an object, its checksum is one; written without fsync they are empty or zeros.
is_whole() {
  [[ $(head -c 1 "$1/meta.inf" 2>/dev/null | tr -d '\0') == '{' && $(tail -c 1 "$1/meta.inf" | tr -d '\0') == '}' ]] &&
    [[ $(tr -d '\0' <"$1/meta.sum" 2>/dev/null) =~ ^[0-9a-f]{16}$ ]]
}

shopt -s nullglob
for directory in "$store"/jetstream/*/streams/*/ "$store"/jetstream/*/streams/*/obs/*/; do
  if [[ -d $directory ]] && ! is_whole "$directory"; then
    echo "nats-start: ${directory#"$store"/} was torn by a power cut and is removed" >&2
    rm -rf -- "$directory"
  fi
done
exec "$@"
