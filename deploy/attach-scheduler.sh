#!/usr/bin/env bash
# Attaches Cloud Scheduler to the deployed service: a job that posts the command in SWEEP. Safe to run again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/config.sh
source deploy/config.sh
# shellcheck source=deploy/lib.sh
source deploy/lib.sh

[[ -n $SCHEDULE ]] || fail "Set SCHEDULE to a cron line, such as '0 3 * * *'."

step "Attach Cloud Scheduler: $JOB at '$SCHEDULE' ($TIME_ZONE)"
url="$(service_url)"
command="$(mktemp)"
trap 'rm -f "$command"' EXIT
sed -e "s|DATASTREAM_PROJECT|$DATASTREAM_PROJECT|; s|DATASTREAM_LOCATION|$DATASTREAM_LOCATION|" "$SWEEP" >"$command"
cat "$command"

verb=create headers=--headers
if exists gcloud scheduler jobs describe "$JOB" --location="$REGION" --project="$PROJECT_ID"; then
  verb=update headers=--update-headers
fi
run gcloud scheduler jobs "$verb" http "$JOB" --schedule="$SCHEDULE" --time-zone="$TIME_ZONE" --uri="$url" \
  --http-method=post "$headers=Content-Type=application/json" --message-body-from-file="$command" \
  --oidc-service-account-email="$INVOKER_ACCOUNT" --oidc-token-audience="$url" --attempt-deadline=60s \
  --max-retry-attempts=3 --min-backoff=10s --max-backoff=300s --max-doublings=5 --location="$REGION" \
  --project="$PROJECT_ID"
