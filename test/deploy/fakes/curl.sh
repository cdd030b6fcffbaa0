#!/usr/bin/env bash
# Stands in for curl: signs identity tokens like Google's API, and answers for the deployed function with the lines of
# $RECORDER/answers in turn (the last one stays), each an HTTP status, a space and a body. With CURL set to the real
# one, calls to loopback go there.
set -euo pipefail
# shellcheck source=test/deploy/fakes/record.sh
source "${BASH_SOURCE[0]%/*}/record.sh"
record curl "$@"

config=
output=
arguments=("$@")
for index in "${!arguments[@]}"; do
  case "${arguments[index]}" in
    --config) config="$(cat)" ;;
    --output) output="${arguments[index + 1]}" ;;
  esac
done
url="${arguments[$# - 1]}"
printf '%s\n%s\n' "$url" "$config" >>"$RECORDER/headers"

if [[ $url == https://iamcredentials.googleapis.com/* ]]; then
  [[ $config == *'Bearer recorded-access-token'* ]] || exit 22
  printf '{\n  "token": "%s"\n}\n' "${IDENTITY_TOKEN:-recorded-identity-token}"
elif [[ $url == http://127.0.0.1:* && -n ${CURL:-} ]]; then
  printf '%s\n' "$config" | "$CURL" "$@"
else
  answers="$RECORDER/answers"
  read -r status body <"$answers"
  if [[ $(wc -l <"$answers") -gt 1 ]]; then
    tail -n +2 "$answers" >"$answers.rest"
    mv "$answers.rest" "$answers"
  fi
  if [[ -n $output ]]; then printf '%s' "$body" >"$output"; else printf '%s\n' "$body"; fi
  [[ " $* " != *' --write-out '* ]] || printf '%s' "$status"
  [[ $status != none ]] || exit 7
fi
