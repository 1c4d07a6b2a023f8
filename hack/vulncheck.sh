#!/usr/bin/env bash
# Looks for known vulnerabilities in what the binaries call. Where Go's vulnerability database (GOVULNDB) cannot be reached, it says so instead of
# passing in silence: that is no finding, and no all-clear either.
set -euo pipefail
cd "$(dirname "$0")/.."

report=$(mktemp)
trap 'rm -f "$report"' EXIT
if go tool -modfile=hack/tools/go.mod govulncheck ./cmd/... >"$report" 2>&1; then
  tail -n 3 "$report"
elif grep -qE 'dial tcp|no such host|context deadline exceeded' "$report"; then
  echo "NOT CHECKED for vulnerabilities: the database cannot be reached ($(grep -m1 -oE 'dial tcp.*|no such host' "$report"))"
else
  cat "$report"
  exit 1
fi
