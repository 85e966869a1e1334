# lib.sh - what the gates share; sourced, never run. Gates work on what git would commit: tracked files and new ones
# that are not ignored, so that build trees and run directories never matter.
# shellcheck shell=sh
set -eu
cd "$(dirname "$0")/../.."

# files <pattern>...: existing files of the project that match, one a line.
files() {
    git ls-files --cached --others --exclude-standard -- "$@" | sort -u | while IFS= read -r file; do
        if [ -f "$file" ]; then
            echo "$file"
        fi
    done
}

# verdict <gate> <problems>: the gate's last line; problems is a text of file:line: lines, empty if all is well.
verdict() {
    if [ -n "$2" ]; then
        printf '%s\n' "$2"
        echo "FAILED $1"
        exit 1
    fi
    echo "ok $1"
}
