#!/bin/sh
# format.sh - every C file looks as clang-format prints it; says the first line of each file that does not.
. "$(dirname "$0")/lib.sh"

verdict format "$(files '*.c' '*.h' | xargs -P 2 -n 16 clang-format-14 --dry-run --Werror 2>&1 |
    awk -F: '/: error:/ && !seen[$1]++ { print $1 ":" $2 ": not as clang-format prints it" }' | sort)"
