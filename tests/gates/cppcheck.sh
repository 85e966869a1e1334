#!/bin/sh
# cppcheck.sh - cppcheck's warnings, each exception with its reason in cppcheck.suppressions or beside the code.
. "$(dirname "$0")/lib.sh"

mkdir -p build/cppcheck
verdict cppcheck "$(files '*.c' | xargs cppcheck --quiet -j 2 --cppcheck-build-dir=build/cppcheck --std=c11 \
    --enable=warning,performance,portability --inline-suppr --library=posix --library=gnu \
    --suppressions-list=tests/gates/cppcheck.suppressions -I. -Ibuild/clang/generated -D_GNU_SOURCE \
    -DPAYBUS_CRASH_POINTS=1 -DPAYBUS_VERSION='""' --template='{file}:{line}: {id}: {message}' 2>&1 || true)"
