#!/usr/bin/env bash
# Regenerates and checks everything that can be checked without running it; fails if the tree then differs from what it was.
set -euo pipefail
cd "$(dirname "$0")/.."

state() { git ls-files -co --exclude-standard -z | sort -z | xargs -0 -r sha256sum 2>/dev/null; }
before=$(state)

step() { printf '== %s\n' "$1"; }
step 'generate'
make generate
step 'modules'
go mod tidy
# The modules of the local cluster's components and of the bills of materials only pin what their binaries are built from, and building checks that; to
# tidy them would fetch what the tests of all their dependencies need.
for module in hack/bundle hack/tools test/localcluster; do
  go -C "$module" mod tidy
done
step 'lint'
make lint
step 'licences'
make licenses >/dev/null
step 'vulnerabilities'
make vulncheck

after=$(state)
if [[ $before != "$after" ]]; then
  echo "generated files are not up to date; commit what changed:"
  diff <(echo "$before") <(echo "$after") | awk '/^[<>]/ {print "  " $3}' | sort -u
  exit 1
fi
