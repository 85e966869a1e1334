#!/bin/sh
# shell.sh - shellcheck has nothing to say about any script, whatever its name.
. "$(dirname "$0")/lib.sh"

scripts() {
    files . | while IFS= read -r file; do
        case $file in
        *.sh) echo "$file" ;;
        *.*) ;;
        *) if head -n 1 "$file" | grep -qaE '^#!.*[/ ](sh|bash|dash)( |$)'; then echo "$file"; fi ;;
        esac
    done
}

verdict shell "$(scripts | xargs shellcheck -x -P SCRIPTDIR -f gcc || true)"
