#!/usr/bin/env bash
# Makes the named targets one after the other, and prints at the end how long each took. Stops at the first that fails.
set -uo pipefail

row() { printf '%-16s %8s  %s\n' "$@"; }
table=$(row part seconds result)
result=passed
for part in "$@"; do
  start=$SECONDS
  "${MAKE:-make}" "$part" || result=FAILED
  table+=$'\n'$(row "$part" $((SECONDS - start)) $result)
  [ $result = passed ] || break
done
printf '\n%s\n' "$table"
row all $SECONDS $result
[ $result = passed ]
