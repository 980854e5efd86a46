#!/usr/bin/env bash
# run_cases.sh GEO_SCENARIO SOURCE_ROOT: every file of acceptance cases that $GEO_CASES names (a file
# or a folder; default ../shared/cases beside the source root). Exit status 77 where there is none.
set -uo pipefail
program=$1
cases=${GEO_CASES:-$(dirname "$2")/shared/cases}

files=("$cases")
[ -d "$cases" ] && files=("$cases"/*.json)
status=0
for file in "${files[@]}"; do
  if [ ! -f "$file" ]; then
    echo "SKIPPED: no acceptance cases in $cases"
    exit 77
  fi
  "$program" "$file" || status=1
done
exit "$status"
