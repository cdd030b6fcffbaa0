#!/usr/bin/env bash
# Undoes setup.sh, deploy.sh, attach*.sh and observe.sh for one service. Safe to run again: what is gone is passed over.
# What stays: enabled APIs, the image repository and the bucket of sources (others may use them), the accounts that
# deploy, build and test while another service of this function is in the project, the custom role while another account
# has it, and the audit log's data set unless --with-audit-log is given.
#
#   PROJECT_ID=my-project deploy/teardown.sh [--yes] [--with-audit-log]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/config.sh
source deploy/config.sh

failures=0

# Runs a command that undoes something. A failure is counted, and does not keep the rest from being undone.
undo() {
  run "$@" || failures=$((failures + 1))
}

# Takes a role in a project from an account, where it has it (gcloud calls it an error where it has not): revoke
# ACCOUNT ROLE [PROJECT].
revoke() {
  local project="${3:-$PROJECT_ID}" members
  members="$(role_members "$2" "$project")"
  if grep -Fqx "serviceAccount:$1" <<<"$members"; then
    undo gcloud projects remove-iam-policy-binding "$project" --member="serviceAccount:$1" --role="$2" \
      --condition=None --format=none
  fi
}

# The account's own grants go with it; its roles in the project would stay behind as "deleted:serviceAccount".
delete_account() { # ACCOUNT
  if exists gcloud iam service-accounts describe "$1" --project="$PROJECT_ID"; then
    undo gcloud iam service-accounts delete "$1" --project="$PROJECT_ID" --quiet
  fi
}

yes=false audit_log=false
for argument in "$@"; do
  case "$argument" in
    --yes) yes=true ;;
    --with-audit-log) audit_log=true ;;
    *) fail "Unknown argument $argument. Known: --yes --with-audit-log" ;;
  esac
done
refuse_namesake
if [[ $yes == false ]]; then
  read -r -p "This deletes $SERVICE, its callers and its accounts. Type the project's id to go on: " answer
  [[ $answer == "$PROJECT_ID" ]] || fail 'Nothing was deleted.'
fi

step 'Callers'
if exists gcloud scheduler jobs describe "$JOB" --location="$REGION" --project="$PROJECT_ID"; then
  undo gcloud scheduler jobs delete "$JOB" --location="$REGION" --project="$PROJECT_ID" --quiet
fi
for subscription in "$SUBSCRIPTION" "$DEAD_LETTER_SUBSCRIPTION"; do
  if exists gcloud pubsub subscriptions describe "$subscription" --project="$PROJECT_ID"; then
    undo gcloud pubsub subscriptions delete "$subscription" --project="$PROJECT_ID" --quiet
  fi
done
for topic in "$TOPIC" "$DEAD_LETTER_TOPIC"; do
  if exists gcloud pubsub topics describe "$topic" --project="$PROJECT_ID"; then
    undo gcloud pubsub topics delete "$topic" --project="$PROJECT_ID" --quiet
  fi
done

step 'Service, images and secret'
if exists gcloud run services describe "$SERVICE" --region="$REGION" --project="$PROJECT_ID"; then
  undo gcloud run services delete "$SERVICE" --region="$REGION" --project="$PROJECT_ID" --quiet
fi
image=("$SERVICE" --repository="$REPOSITORY" --location="$REGION" --project="$PROJECT_ID")
if exists gcloud artifacts packages describe "${image[@]}"; then
  undo gcloud artifacts packages delete "${image[@]}" --quiet
fi
if exists gcloud secrets describe "$SECRET" --project="$PROJECT_ID"; then
  undo gcloud secrets delete "$SECRET" --project="$PROJECT_ID" --quiet
fi

step 'Grants, accounts and role'
role="projects/$DATASTREAM_PROJECT/roles/$ROLE"
revoke "$RUNTIME_ACCOUNT" "$role" "$DATASTREAM_PROJECT"
delete_account "$RUNTIME_ACCOUNT"
delete_account "$INVOKER_ACCOUNT"
# A deleted custom role can still be described, for weeks, with deleted: true.
deleted="$(gcloud iam roles describe "$ROLE" --project="$DATASTREAM_PROJECT" --format='value(deleted)' 2>/dev/null || echo True)"
if [[ $deleted != True ]]; then
  # A service of the same name in another project may cancel in this one too. "deleted:" are accounts that are gone.
  others="$(role_members "$role" "$DATASTREAM_PROJECT" | grep -v '^deleted:' || true)"
  if [[ -n $others ]]; then
    echo "The role $ROLE in $DATASTREAM_PROJECT stays, because others have it: ${others//$'\n'/ }"
  else
    undo gcloud iam roles delete "$ROLE" --project="$DATASTREAM_PROJECT"
  fi
fi

step 'Accounts that deploy, build and test'
siblings="$(gcloud iam service-accounts list --filter="description='$RUNTIME_DESCRIPTION'" --format='value(email)' \
  --project="$PROJECT_ID")"
if [[ -n $siblings ]]; then
  echo "They stay, because another service needs them, whose account is ${siblings//$'\n'/ }"
else
  for role in run.sourceDeveloper serviceusage.serviceUsageConsumer logging.logWriter run.admin pubsub.admin cloudscheduler.admin; do
    revoke "$DEPLOY_ACCOUNT" "roles/$role"
  done
  revoke "$BUILD_ACCOUNT" roles/run.builder
  revoke "$TEST_ACCOUNT" roles/logging.logWriter
  for account in "$DEPLOY_ACCOUNT" "$TEST_ACCOUNT"; do
    if exists gcloud iam service-accounts describe "$account" --project="$PROJECT_ID"; then
      undo gcloud storage buckets remove-iam-policy-binding "gs://$SOURCE_BUCKET" --member="serviceAccount:$account" \
        --role=roles/storage.objectViewer --project="$PROJECT_ID" --format=none
    fi
    delete_account "$account"
  done
  delete_account "$BUILD_ACCOUNT"
fi

step 'Dashboard, alerts, metric and audit log'
dashboards="$(gcloud monitoring dashboards list --filter="displayName='$DASHBOARD'" --format='value(name)' --project="$PROJECT_ID")"
for dashboard in $dashboards; do
  undo gcloud monitoring dashboards delete "$dashboard" --project="$PROJECT_ID" --quiet
done
for name in "$ALERT" "$DEAD_LETTER_ALERT"; do
  policies="$(gcloud alpha monitoring policies list --filter="displayName='$name'" --format='value(name)' --project="$PROJECT_ID")"
  for policy in $policies; do
    undo gcloud alpha monitoring policies delete "$policy" --project="$PROJECT_ID" --quiet
  done
done
if exists gcloud logging metrics describe "$METRIC" --project="$PROJECT_ID"; then
  undo gcloud logging metrics delete "$METRIC" --project="$PROJECT_ID" --quiet
fi
if exists gcloud logging sinks describe "$SINK" --project="$PROJECT_ID"; then
  undo gcloud logging sinks delete "$SINK" --project="$PROJECT_ID" --quiet
fi
if [[ $audit_log == true ]] && exists bq show --project_id="$PROJECT_ID" "$DATASET"; then
  undo bq rm -r -f --project_id="$PROJECT_ID" "$DATASET"
fi

[[ $failures == 0 ]] || fail "$failures of the commands above failed. Mend what they complain of and run this again."
step "Done. $DATASET is kept unless --with-audit-log is given."
