#!/bin/sh
# names.sh - no path of one machine, no package registry and no unfinished business in what is committed.
# The patterns are written so that they do not find themselves.
. "$(dirname "$0")/lib.sh"

paths='(^|[^A-Za-z0-9_.-])/(work|root|home/[a-z]+)/'
registries='[d]ebian\.org|[d]eb\.debian|[n]pmjs|[p]ypi\.org|[c]rates\.io'
unfinished='(^|[^A-Za-z0-9_])(T[O]DO|F[I]XME|X[X]X)([^A-Za-z0-9_"]|$)'

verdict names "$(files . | xargs grep -nIE "$paths|$registries|$unfinished" /dev/null || true)"
