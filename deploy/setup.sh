#!/usr/bin/env bash
# One-time setup of a project: APIs, accounts, role, grants, image repository and, if wanted, a secret for webhooks, with
# the name of the sender that shall have it. Safe to run again. Whoever runs it needs to be an owner of the project, or
# an admin of what it makes.
#
#   PROJECT_ID=my-project deploy/setup.sh [--with-webhook-secret=SENDER]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/config.sh
source deploy/config.sh

SENDER=
case "${1:-}" in
  '') ;;
  --with-webhook-secret=*)
    SENDER="${1#*=}"
    must_be SENDER '[a-z0-9-]{1,63}' "a name for who signs with the secret, 1 to 63 of a-z 0-9 -: the record tells it, as in --with-webhook-secret=pagerduty"
    ;;
  *) fail 'Unknown argument. Known: --with-webhook-secret=SENDER' ;;
esac

# An account that is there gets its description again: teardown.sh finds services by it.
create_account() { # ACCOUNT DISPLAY_NAME DESCRIPTION
  local verb=create name="${1%%@*}"
  if exists gcloud iam service-accounts describe "$1" --project="$PROJECT_ID"; then
    verb=update name="$1"
  fi
  run gcloud iam service-accounts "$verb" "$name" --display-name="$2" --description="$3" --project="$PROJECT_ID"
}

create_role() {
  local deleted verb=create
  if deleted="$(gcloud iam roles describe "$ROLE" --project="$DATASTREAM_PROJECT" --format='value(deleted)' 2>/dev/null)"; then
    # A deleted custom role keeps its name for weeks. It cannot be created again, only brought back.
    if [[ $deleted == True ]]; then
      run gcloud iam roles undelete "$ROLE" --project="$DATASTREAM_PROJECT"
    fi
    verb=update
  fi
  run gcloud iam roles "$verb" "$ROLE" --title="$ROLE_TITLE" --description="$ROLE_DESCRIPTION" --stage=GA \
    --permissions="$ROLE_PERMISSIONS" --project="$DATASTREAM_PROJECT" --quiet
}

create_webhook_secret() {
  if exists gcloud secrets describe "$SECRET" --project="$PROJECT_ID"; then
    echo "There already, and left as it is: $SECRET"
  else
    run gcloud secrets create "$SECRET" --replication-policy=automatic --project="$PROJECT_ID"
    # The secret goes through the pipe alone: it is never shown, and no command line holds it.
    printf '%s=whsec_%s' "$SENDER" "$(head -c 32 /dev/urandom | base64)" |
      run gcloud secrets versions add "$SECRET" --data-file=- --project="$PROJECT_ID"
  fi
  run_patiently gcloud secrets add-iam-policy-binding "$SECRET" --member="serviceAccount:$RUNTIME_ACCOUNT" \
    --role=roles/secretmanager.secretAccessor --condition=None --project="$PROJECT_ID" --format=none
}

step "APIs in $PROJECT_ID"
run gcloud services enable artifactregistry.googleapis.com cloudbuild.googleapis.com cloudresourcemanager.googleapis.com \
  cloudscheduler.googleapis.com iam.googleapis.com iamcredentials.googleapis.com logging.googleapis.com \
  pubsub.googleapis.com run.googleapis.com secretmanager.googleapis.com storage.googleapis.com --project="$PROJECT_ID"
run gcloud services enable datastream.googleapis.com --project="$DATASTREAM_PROJECT"

step 'Service accounts'
create_account "$RUNTIME_ACCOUNT" "Runs $SERVICE" "$RUNTIME_DESCRIPTION"
create_account "$INVOKER_ACCOUNT" "Calls $SERVICE" "$INVOKER_DESCRIPTION"
create_account "$DEPLOY_ACCOUNT" 'Deploys datastream-operation-cancel' 'Runs cloudbuild.yaml: no program of the tree but the scripts in deploy/'
create_account "$BUILD_ACCOUNT" 'Builds datastream-operation-cancel' "Runs Google's buildpack, and with it npm: may write images, and deploy nothing"
create_account "$TEST_ACCOUNT" 'Tests datastream-operation-cancel' 'Runs deploy/test.cloudbuild.yaml: may write its log, and nothing else'

step 'What the function may do: one custom role, four permissions'
create_role
grant_project "$RUNTIME_ACCOUNT" "projects/$DATASTREAM_PROJECT/roles/$ROLE" "$DATASTREAM_PROJECT"

step 'What a deployment may do'
# Deploy from source: upload it, start the inner build, create the service. Write the log.
grant_project "$DEPLOY_ACCOUNT" roles/run.sourceDeveloper
grant_project "$DEPLOY_ACCOUNT" roles/serviceusage.serviceUsageConsumer
grant_project "$DEPLOY_ACCOUNT" roles/logging.logWriter
# Say who may invoke the service.
grant_project "$DEPLOY_ACCOUNT" roles/run.admin
# Topics, subscriptions and who may use them; the job. Leave these two out if you attach the callers yourself.
grant_project "$DEPLOY_ACCOUNT" roles/pubsub.admin
grant_project "$DEPLOY_ACCOUNT" roles/cloudscheduler.admin
# Deploy a service that runs as the runtime account; start the inner build as the build account.
grant_account "$DEPLOY_ACCOUNT" roles/iam.serviceAccountUser "$RUNTIME_ACCOUNT"
grant_account "$DEPLOY_ACCOUNT" roles/iam.serviceAccountUser "$BUILD_ACCOUNT"
# Attach the invoker account to a push subscription and a job; sign the check's identity token as it.
grant_account "$DEPLOY_ACCOUNT" roles/iam.serviceAccountUser "$INVOKER_ACCOUNT"
grant_account "$DEPLOY_ACCOUNT" roles/iam.serviceAccountOpenIdTokenCreator "$INVOKER_ACCOUNT"

step 'What the inner build and the tests may do: npm runs there, with programs of other people'
# Read the source that a deployment has uploaded, write the image and the log.
grant_project "$BUILD_ACCOUNT" roles/run.builder
grant_project "$TEST_ACCOUNT" roles/logging.logWriter

step 'Where gcloud builds submit puts the source, for the builds to read'
if exists gcloud storage buckets describe "gs://$SOURCE_BUCKET"; then
  echo "There already: $SOURCE_BUCKET"
else
  run gcloud storage buckets create "gs://$SOURCE_BUCKET" --location=US --uniform-bucket-level-access \
    --public-access-prevention --project="$PROJECT_ID"
fi
for account in "$DEPLOY_ACCOUNT" "$TEST_ACCOUNT"; do
  run_patiently gcloud storage buckets add-iam-policy-binding "gs://$SOURCE_BUCKET" \
    --member="serviceAccount:$account" --role=roles/storage.objectViewer --project="$PROJECT_ID" --format=none
done

step 'What Pub/Sub may do: sign identity tokens as the invoker account'
# Its service agent may do so anyway, except where it dates from before April 8, 2021.
grant_account "$(pubsub_agent)" roles/iam.serviceAccountOpenIdTokenCreator "$INVOKER_ACCOUNT"

step 'A repository for the images'
if exists gcloud artifacts repositories describe "$REPOSITORY" --location="$REGION" --project="$PROJECT_ID"; then
  echo "There already: $REPOSITORY"
else
  run gcloud artifacts repositories create "$REPOSITORY" --repository-format=docker --location="$REGION" \
    --description='Cloud Run source deployments' --project="$PROJECT_ID"
fi

if [[ -n $SENDER ]]; then
  step "A secret for webhooks that $SENDER signs"
  create_webhook_secret
fi

step 'Done. Next:'
echo "gcloud builds submit --config=deploy/test.cloudbuild.yaml --project=$PROJECT_ID &&"
echo "  gcloud builds submit --config=cloudbuild.yaml --project=$PROJECT_ID --substitutions=_REGION=$REGION,_SERVICE=$SERVICE,_PUBSUB=true"
