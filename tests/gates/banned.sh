#!/bin/sh
# banned.sh - calls, types and texts that the house style bans; what they are is in banned.awk.
. "$(dirname "$0")/lib.sh"

verdict banned "$(files '*.c' '*.h' | xargs awk -f tests/gates/strip.awk -f tests/gates/banned.awk)"
