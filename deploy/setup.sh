#!/usr/bin/env bash
# One-time setup of a project: APIs, accounts, role, grants, image repository and, if wanted, the webhooks' secret.
# Safe to run again. Whoever runs it needs to be an owner of the project, or an admin of what it makes.
#
#   PROJECT_ID=my-project deploy/setup.sh [--with-webhook-secret]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/config.sh
source deploy/config.sh
# shellcheck source=deploy/lib.sh
source deploy/lib.sh

create_account() { # ACCOUNT DISPLAY_NAME
  if exists gcloud iam service-accounts describe "$1" --project="$PROJECT_ID"; then
    echo "There already: $1"
  else
    run gcloud iam service-accounts create "${1%%@*}" --display-name="$2" --project="$PROJECT_ID"
  fi
}

create_role() {
  local deleted
  if deleted="$(gcloud iam roles describe "$ROLE" --project="$DATASTREAM_PROJECT" --format='value(deleted)' 2>/dev/null)"; then
    # A deleted custom role keeps its name for weeks. It cannot be created again, only brought back.
    if [[ $deleted == True ]]; then
      run gcloud iam roles undelete "$ROLE" --project="$DATASTREAM_PROJECT"
    fi
    run gcloud iam roles update "$ROLE" --permissions="$ROLE_PERMISSIONS" --project="$DATASTREAM_PROJECT" --quiet
  else
    run gcloud iam roles create "$ROLE" --title='Datastream Operation Canceller' --stage=GA \
      --description='Read, list and cancel Datastream operations, nothing else' \
      --permissions="$ROLE_PERMISSIONS" --project="$DATASTREAM_PROJECT"
  fi
}

create_webhook_secret() {
  if exists gcloud secrets describe "$SECRET" --project="$PROJECT_ID"; then
    echo "There already, and left as it is: $SECRET"
  else
    run gcloud secrets create "$SECRET" --replication-policy=automatic --project="$PROJECT_ID"
    # The secret goes through the pipe alone: it is never shown, and no command line holds it.
    printf 'whsec_%s' "$(head -c 32 /dev/urandom | base64)" |
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
create_account "$RUNTIME_ACCOUNT" 'Runs datastream-operation-cancel'
create_account "$INVOKER_ACCOUNT" 'Calls datastream-operation-cancel'
create_account "$BUILD_ACCOUNT" 'Builds and deploys datastream-operation-cancel'

step 'What the function may do: one custom role, three permissions'
create_role
grant_project "$RUNTIME_ACCOUNT" "projects/$DATASTREAM_PROJECT/roles/$ROLE" "$DATASTREAM_PROJECT"

step 'What the build may do'
# Deploy from source: upload it, start the inner build, create the service.
grant_project "$BUILD_ACCOUNT" roles/run.sourceDeveloper
grant_project "$BUILD_ACCOUNT" roles/serviceusage.serviceUsageConsumer
# Build: read the uploaded source, write the image and the build's log.
grant_project "$BUILD_ACCOUNT" roles/run.builder
# Say who may invoke the service.
grant_project "$BUILD_ACCOUNT" roles/run.admin
# Topics, subscriptions and who may use them; the job. Leave these two out if you attach the callers yourself.
grant_project "$BUILD_ACCOUNT" roles/pubsub.admin
grant_project "$BUILD_ACCOUNT" roles/cloudscheduler.admin
# Deploy a service that runs as the runtime account; start the inner build as the build account itself.
grant_account "$BUILD_ACCOUNT" roles/iam.serviceAccountUser "$RUNTIME_ACCOUNT"
grant_account "$BUILD_ACCOUNT" roles/iam.serviceAccountUser "$BUILD_ACCOUNT"
# Attach the invoker account to a push subscription and a job; sign the check's identity token as it.
grant_account "$BUILD_ACCOUNT" roles/iam.serviceAccountUser "$INVOKER_ACCOUNT"
grant_account "$BUILD_ACCOUNT" roles/iam.serviceAccountOpenIdTokenCreator "$INVOKER_ACCOUNT"

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

if [[ ${1:-} == --with-webhook-secret ]]; then
  step 'A secret for signed webhooks'
  create_webhook_secret
fi

step 'Done. Next:'
echo "gcloud builds submit --config=cloudbuild.yaml --project=$PROJECT_ID --substitutions=_REGION=$REGION,_PUBSUB=true"
