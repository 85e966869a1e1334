#!/usr/bin/env bash
# soak.sh - the sizes too long for make test: every test labelled soak.
set -euo pipefail

LABEL=soak exec "$(dirname "${BASH_SOURCE[0]}")/test.sh"
