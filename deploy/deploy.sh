#!/usr/bin/env bash
# Builds the function from this tree and deploys it to Cloud Run: a new service or a new revision.
#
#   PROJECT_ID=my-project deploy/deploy.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/config.sh
source deploy/config.sh
# shellcheck source=deploy/lib.sh
source deploy/lib.sh

# Private: Cloud Run asks IAM about every caller. Public: it asks nobody, and the function itself verifies callers
# (CALLER_AUTH: verify). A Google-signed token alone says little, since anybody can have one signed for any audience.
invoker_check=--invoker-iam-check
if [[ $PUBLIC == true ]]; then
  grep -Eq '^CALLER_AUTH: *verify' "$SETTINGS" || fail "A public service needs CALLER_AUTH: verify in $SETTINGS."
  if grep -q '^OIDC_AUDIENCE:' "$SETTINGS" && ! grep -q '^ALLOWED_CALLERS:' "$SETTINGS"; then
    fail "A public service with OIDC_AUDIENCE needs ALLOWED_CALLERS in $SETTINGS: without it every Google account may call."
  fi
  invoker_check=--no-invoker-iam-check
fi

secrets=--clear-secrets
if [[ -n $WEBHOOK_SECRET ]]; then
  secrets="--set-secrets=WEBHOOK_SECRETS=$WEBHOOK_SECRET"
fi

step "Deploy $SERVICE to $REGION in $PROJECT_ID"
# The request timeout stays above REQUEST_DEADLINE (55s), so that the function always answers by itself.
run gcloud run deploy "$SERVICE" --source=. --function=cancelOperation --base-image=nodejs24 \
  --build-service-account="projects/$PROJECT_ID/serviceAccounts/$BUILD_ACCOUNT" \
  --service-account="$RUNTIME_ACCOUNT" --no-allow-unauthenticated "$invoker_check" \
  --concurrency=80 --cpu=1 --cpu-boost --memory="$MEMORY" --timeout=60s --max-instances="$MAX_INSTANCES" \
  --env-vars-file="$SETTINGS" "$secrets" --region="$REGION" --project="$PROJECT_ID" --quiet

step 'All requests to the new revision'
# After a roll-back requests stay with the old revision until told otherwise.
run gcloud run services update-traffic "$SERVICE" --to-latest --region="$REGION" --project="$PROJECT_ID" --quiet

step "Who may call it: $INVOKER_ACCOUNT"
run_patiently gcloud run services add-iam-policy-binding "$SERVICE" --member="serviceAccount:$INVOKER_ACCOUNT" \
  --role=roles/run.invoker --region="$REGION" --project="$PROJECT_ID" --format=none

echo "Deployed: $(service_url)"
