#!/usr/bin/env bash
# Attaches Cloud Scheduler to the deployed service: a job that posts the command in SWEEP. Safe to run again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/config.sh
source deploy/config.sh

# Stops where a file does not hold a command in JSON: an object with the fields that a command has, and no others. What
# stands in them the function itself judges.
must_be_command() { # FILE
  python3 -c pass || fail "python3 is needed, to look into $SWEEP."
  python3 - "$1" <<'PYTHON' || fail "$SWEEP is no command for this function."
import json, sys
fields = {'name', 'names', 'parent', 'select', 'maxOperations', 'reason', 'validateOnly', 'wait', 'untilDone', 'requestId'}
try:
    with open(sys.argv[1], encoding='utf-8') as file:
        command = json.load(file)
except ValueError as error:
    sys.exit(f'No JSON: {error}')
if not isinstance(command, dict) or not {'name', 'names', 'parent'} & set(command):
    sys.exit('No object with name, names or parent.')
if unknown := set(command) - fields:
    sys.exit(f'A command has no field {", ".join(sorted(unknown))}.')
PYTHON
}

[[ -n $SCHEDULE ]] || fail "Set SCHEDULE to a cron line, such as '0 3 * * *'."

step "Attach Cloud Scheduler: $JOB at '$SCHEDULE' ($TIME_ZONE)"
url="$(service_url)"
command="$(mktemp)"
trap 'rm -f "$command"' EXIT
must_be_file "$SWEEP"
fill "$SWEEP" >"$command"
must_be_command "$command"
cat "$command"

verb=create headers=--headers
if exists gcloud scheduler jobs describe "$JOB" --location="$REGION" --project="$PROJECT_ID"; then
  verb=update headers=--update-headers
fi
run gcloud scheduler jobs "$verb" http "$JOB" --schedule="$SCHEDULE" --time-zone="$TIME_ZONE" --uri="$url" \
  --http-method=post "$headers=Content-Type=application/json" --message-body-from-file="$command" \
  --oidc-service-account-email="$INVOKER_ACCOUNT" --oidc-token-audience="$url" --attempt-deadline="$REQUEST_TIMEOUT" \
  --max-retry-attempts="$JOB_RETRIES" --min-backoff="$JOB_MIN_BACKOFF" --max-backoff="$JOB_MAX_BACKOFF" \
  --max-doublings="$JOB_MAX_DOUBLINGS" --location="$REGION" --project="$PROJECT_ID"
