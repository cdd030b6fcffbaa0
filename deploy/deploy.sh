#!/usr/bin/env bash
# Builds the function from this tree and deploys it to Cloud Run: a new service or a new revision.
#
#   PROJECT_ID=my-project deploy/deploy.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/config.sh
source deploy/config.sh
# shellcheck source=deploy/settings.sh
source deploy/settings.sh

read_settings
check_settings
refuse_namesake

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
print_settings >"$work/settings.yaml"
step "Settings, from $SETTINGS"
cat "$work/settings.yaml"

# Private: Cloud Run asks IAM about every caller. Public: it asks nobody, and the function itself verifies callers.
invoker_check=--invoker-iam-check
if [[ $PUBLIC == true ]]; then invoker_check=--no-invoker-iam-check; fi

secrets=--clear-secrets
if [[ -n $SECRET_VERSION ]]; then secrets="--set-secrets=WEBHOOK_SECRETS=$SECRET_VERSION"; fi

step "Deploy $SERVICE to $REGION in $PROJECT_ID"
run gcloud run deploy "$SERVICE" --source=. --function=cancelOperation --base-image=nodejs24 \
  --build-service-account="projects/$PROJECT_ID/serviceAccounts/$BUILD_ACCOUNT" \
  --service-account="$RUNTIME_ACCOUNT" --no-allow-unauthenticated "$invoker_check" \
  --concurrency="$CONCURRENCY" --cpu=1 --cpu-boost --memory="$MEMORY" --timeout="$REQUEST_TIMEOUT" \
  --max-instances="$MAX_INSTANCES" --env-vars-file="$work/settings.yaml" "$secrets" --region="$REGION" \
  --project="$PROJECT_ID" --quiet

step 'All requests to the new revision'
# After a roll-back requests stay with the old revision until told otherwise.
run gcloud run services update-traffic "$SERVICE" --to-latest --region="$REGION" --project="$PROJECT_ID" --quiet

step "Who may call it: $INVOKER_ACCOUNT"
run_patiently gcloud run services add-iam-policy-binding "$SERVICE" --member="serviceAccount:$INVOKER_ACCOUNT" \
  --role=roles/run.invoker --region="$REGION" --project="$PROJECT_ID" --format=none

echo "Deployed: $(service_url)"
