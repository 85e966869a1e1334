#!/usr/bin/env bash
# service-run.sh NAME SIGNAL COMMAND... - becomes COMMAND with the environment of env/NAME.env; what supervisord runs.
# The kernel sends SIGNAL should supervisord die, so that nothing is left running without a keeper.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
name=$1 signal=$2
shift 2

# A program that dies at once is not started more often than once a second.
started=$home/supervisor/$name.started
[[ -z $(find "$started" -newermt '-1 second' 2>/dev/null) ]] || sleep 1
touch "$started"

# A connection is a file; PostgreSQL and the others set their own limits below this.
limit=$(ulimit -H -n)
if [[ $limit == unlimited ]] || ((limit > 65536)); then limit=65536; fi
ulimit -S -n "$limit"

settings=()
if [[ -e $home/env/$name.env ]]; then
  mapfile -t settings <"$home/env/$name.env"
fi
exec setpriv --pdeathsig "$signal" env "${settings[@]}" "$@"
