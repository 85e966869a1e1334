#!/bin/sh
# warnings.sh - everything compiles without a warning with gcc and with clang. Leaves build/clang for tidy.sh.
. "$(dirname "$0")/lib.sh"

build() {
    if ! cmake --preset "$1" >"build/$1.log" 2>&1; then
        tail -n 20 "build/$1.log"
    elif ! cmake --build --preset "$1" -- -k 0 >"build/$1.log" 2>&1; then
        grep -E ': (fatal error|error|warning): |undefined reference|multiple definition' "build/$1.log" |
            sed "s|^$PWD/||" | sort -u
        tail -n 1 "build/$1.log"
    fi
}

mkdir -p build
verdict warnings "$(for preset in release clang; do build "$preset"; done)"
