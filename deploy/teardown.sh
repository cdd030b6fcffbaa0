#!/usr/bin/env bash
# Undoes setup.sh, deploy.sh, attach*.sh and observe.sh. Safe to run again: what is gone is passed over.
# What stays: enabled APIs, the image repository (others may use it) and the audit log's data set, unless
# --with-audit-log is given.
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

# Takes a role from an account, in a project: revoke_project ACCOUNT ROLE [PROJECT]. gcloud calls it an error where
# the account does not have the role, so that is looked up first.
revoke_project() {
  local project="${3:-$PROJECT_ID}" found
  found="$(gcloud projects get-iam-policy "$project" --flatten='bindings[].members' --format='value(bindings.role)' \
    --filter="bindings.members=serviceAccount:$1 AND bindings.role=$2")"
  if [[ -n $found ]]; then
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
if [[ $yes == false ]]; then
  read -r -p "This deletes $SERVICE, its callers and its accounts. Type the project's name to go on: " answer
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
revoke_project "$RUNTIME_ACCOUNT" "projects/$DATASTREAM_PROJECT/roles/$ROLE" "$DATASTREAM_PROJECT"
for role in run.sourceDeveloper serviceusage.serviceUsageConsumer run.builder run.admin pubsub.admin cloudscheduler.admin; do
  revoke_project "$BUILD_ACCOUNT" "roles/$role"
done
delete_account "$RUNTIME_ACCOUNT"
delete_account "$INVOKER_ACCOUNT"
delete_account "$BUILD_ACCOUNT"
# A deleted custom role can still be described, for weeks, with deleted: true.
deleted="$(gcloud iam roles describe "$ROLE" --project="$DATASTREAM_PROJECT" --format='value(deleted)' 2>/dev/null || echo True)"
if [[ $deleted != True ]]; then
  undo gcloud iam roles delete "$ROLE" --project="$DATASTREAM_PROJECT"
fi

step 'Audit log, metric and alert'
alert="$(gcloud alpha monitoring policies list --filter="displayName='$ALERT'" --format='value(name)' --project="$PROJECT_ID")"
if [[ -n $alert ]]; then
  undo gcloud alpha monitoring policies delete "$alert" --project="$PROJECT_ID" --quiet
fi
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
