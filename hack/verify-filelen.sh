#!/usr/bin/env bash
# No Go file that people read is longer than 400 lines; tests and generated files are exempt. No comment is wider than
# 120 columns; markers are exempt.
set -euo pipefail
cd "$(dirname "$0")/.."
long=$(git ls-files -co --exclude-standard -- '*.go' | grep -vE '_test\.go$|zz_generated|/testdata/' | xargs -r wc -l | awk '$2 != "total" && $1 > 400 {print "  " $2 ": " $1 " lines"}')
if [[ -n $long ]]; then
  echo "files over 400 lines; split them by concern:"
  echo "$long"
  exit 1
fi
wide=$(git ls-files -co --exclude-standard -- '*.go' | grep -vE 'zz_generated|/testdata/' | xargs -r awk '
  /^[\t ]*\/\/ / && !/\+kubebuilder/ {line = $0; gsub(/\t/, "    ", line); if (length(line) > 120) print "  " FILENAME ":" FNR}')
if [[ -n $wide ]]; then
  echo "comments over 120 columns:"
  echo "$wide"
  exit 1
fi
