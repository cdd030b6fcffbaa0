#!/usr/bin/env bash
# Calls the deployed function with validateOnly, as the invoker account, and shows the record. Nothing is cancelled.
#
# VALIDATED and ALREADY_DONE are the answers about an operation that exists. By default it asks for one that does not,
# since a new project has none: then NOT_FOUND is the right answer, and it proves the whole way there: Cloud Run let
# the invoker in, the function runs, its settings allow the parent, and Datastream knew the runtime account and let it
# read operations. It does not prove that the account may cancel; the role that setup.sh shows has that.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/config.sh
source deploy/config.sh

# An identity token of the invoker account for an audience. Asked of the API itself: gcloud's own
# --impersonate-service-account wants the right to act as the account in everything, this needs only the right to
# sign identity tokens as it. Tokens go through standard input, so no command line and no log has them.
identity_token() { # AUDIENCE
  local answer
  answer="$(printf 'header = "Authorization: Bearer %s"\n' "$(gcloud auth print-access-token)" |
    curl --config - --silent --show-error --fail --max-time 30 --header 'Content-Type: application/json' \
      --data "{\"audience\": \"$1\", \"includeEmail\": true}" \
      "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/$INVOKER_ACCOUNT:generateIdToken")" || return
  sed -n 's/.*"token": *"\([^"]*\)".*/\1/p' <<<"$answer"
}

# Posts the command; the answer's body goes to the file, its HTTP status to standard output.
call() { # URL FILE
  local token
  token="$(identity_token "$1")" || return
  printf 'header = "Authorization: Bearer %s"\n' "$token" |
    curl --config - --silent --show-error --output "$2" --write-out '%{http_code}' --max-time 75 \
      --header 'Content-Type: application/json' \
      --data "{\"name\": \"$CHECK_OPERATION\", \"validateOnly\": true, \"reason\": \"deployment check\"}" "$1"
}

show() { python3 -m json.tool "$1" 2>/dev/null || cat "$1"; }

step "Check: ask $SERVICE about $CHECK_OPERATION"
url="$(service_url)"
record="$(mktemp)"
trap 'rm -f "$record"' EXIT

# A grant takes up to some minutes to hold everywhere. Until then Cloud Run refuses the invoker (401 or 403 without a
# record), or Datastream the runtime account (ERROR).
for attempt in 1 2 3 4 5 6 7 8 9 10 11 12; do
  : >"$record"
  status="$(call "$url" "$record")" || status=none
  outcome="$(grep -o '"outcome": *"[A-Z_]*"' "$record" | head -n 1 | sed 's/.*"\([A-Z_]*\)"$/\1/' || true)"
  echo "Attempt $attempt: HTTP $status, outcome ${outcome:-none}"
  case "$outcome" in
    VALIDATED | ALREADY_DONE | NOT_FOUND)
      show "$record"
      echo "The deployment works: $url"
      exit 0
      ;;
    '' | ERROR | UNKNOWN) sleep 15 ;;
    *) break ;;
  esac
done

show "$record" >&2
case "$outcome" in
  DENIED) hint="the settings refuse this. ALLOWED_CALLERS must have $INVOKER_ACCOUNT, and ALLOWED_PARENTS the operation's project and location; or ask for another operation with _CHECK_OPERATION" ;;
  UNAUTHENTICATED) hint="the function did not take the invoker's token. With CALLER_AUTH: verify, OIDC_AUDIENCE must be $url" ;;
  INVALID) hint='_CHECK_OPERATION is no name of an operation; the record says what is wrong' ;;
  ERROR | UNKNOWN) hint='the function runs, but Datastream refused it or could not be reached; the record says why' ;;
  '') hint="no record came back. HTTP 401 and 403 are Cloud Run's: $INVOKER_ACCOUNT may not call the service. 5xx: see the service's log. none: no identity token could be had (the role roles/iam.serviceAccountOpenIdTokenCreator on $INVOKER_ACCOUNT is missing) or no answer came" ;;
  *) hint="$outcome is not what it should answer; docs/operating.md says what that means" ;;
esac
fail "The deployed function does not work yet: $hint."
