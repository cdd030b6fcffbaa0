#!/usr/bin/env bash
# Stands in for bq: data sets that were made are there, tables only where the test has put them.
set -euo pipefail
# shellcheck source=test/deploy/fakes/record.sh
source "${BASH_SOURCE[0]%/*}/record.sh"
record bq "$@"
fail_once "$@"

words=()
for argument in "$@"; do
  [[ $argument == -* ]] || words+=("$argument")
done
resource bq "${words[1]:-}"
case "${words[0]:-}" in
  show) [[ -e $file ]] || refuse "Not found: ${words[1]}" ;;
  mk)
    [[ ! -e $file ]] || refuse "Already exists: ${words[1]}"
    touch "$file"
    ;;
  rm) rm "$file" ;;
esac
