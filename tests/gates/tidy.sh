#!/bin/sh
# tidy.sh - clang-tidy over everything that build/clang compiles; which checks, and which not and why: .clang-tidy.
# A file is looked at again when it, a header that it may include, or the list of checks has changed.
. "$(dirname "$0")/lib.sh"

database=build/clang/compile_commands.json
stamps=build/tidy

# One file: silent when clean. Called by xargs below, a process each.
if [ "${1-}" = --one ]; then
    stamp=$stamps/$(echo "$2" | tr / _)
    key=$( (clang-14 -E -I. -Ibuild/clang/generated -Ibuild/clang "$2" 2>/dev/null; cat "$2" .clang-tidy) | sha256sum)
    if [ "$(cat "$stamp" 2>/dev/null)" != "$key" ]; then
        out=$(clang-tidy-14 -p build/clang --quiet "$2" 2>/dev/null | grep -E ': (warning|error):' | sed "s|^$PWD/||" || true)
        if [ -n "$out" ]; then echo "$out"; else echo "$key" >"$stamp"; fi
    fi
    exit 0
fi

# Built first for the generated headers; that it builds cleanly is warnings.sh's business.
mkdir -p "$stamps"
if ! { cmake --preset clang && cmake --build --preset clang -- -k 0; } >build/tidy.log 2>&1 && [ ! -f "$database" ]; then
    verdict tidy "$(tail -n 20 build/tidy.log)"
fi
problems=$(files '*.c' | while IFS= read -r file; do
    if grep -qF "/$file\"" "$database"; then echo "$file"; fi
done | xargs -r -n 1 -P 2 "$0" --one | sort -u)
verdict tidy "$problems"
