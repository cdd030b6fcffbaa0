#!/usr/bin/env bash
# Sends the audit log to BigQuery, counts results in Cloud Monitoring, and alerts on ERROR and UNKNOWN.
# Safe to run again. The view needs the table that Cloud Logging makes with the first entry: check.sh writes one; wait
# for some minutes, then run this again.
#
#   PROJECT_ID=my-project deploy/observe.sh [NOTIFICATION_CHANNEL]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/config.sh
source deploy/config.sh

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# Fills the names of this deployment into a file: fill FILE, the result on standard output.
fill() {
  sed -e "s|SERVICE|$SERVICE|g; s|METRIC|$METRIC|g; s|ALERT|$ALERT|g; s|PROJECT_ID|$PROJECT_ID|g; s|DATASET|$DATASET|g" "$1"
}

step 'APIs'
run gcloud services enable bigquery.googleapis.com logging.googleapis.com monitoring.googleapis.com --project="$PROJECT_ID"

step "Audit log: to the BigQuery data set $DATASET"
if exists bq show --project_id="$PROJECT_ID" "$DATASET"; then
  echo "There already: $DATASET"
else
  run bq --location="$DATASET_LOCATION" mk --dataset --project_id="$PROJECT_ID" \
    --description='Audit log of datastream-operation-cancel' "$DATASET"
fi
verb=create partitioned=--use-partitioned-tables
if exists gcloud logging sinks describe "$SINK" --project="$PROJECT_ID"; then
  verb=update partitioned=--quiet # How the tables are cut is settled when the sink is made.
fi
run gcloud logging sinks "$verb" "$SINK" "bigquery.googleapis.com/projects/$PROJECT_ID/datasets/$DATASET" "$partitioned" \
  --log-filter="resource.type=\"cloud_run_revision\" resource.labels.service_name=\"$SERVICE\" log_id(\"run.googleapis.com/stdout\") jsonPayload.audit.auditId:*" \
  --project="$PROJECT_ID"
writer="$(gcloud logging sinks describe "$SINK" --project="$PROJECT_ID" --format='value(writerIdentity)')"
run_patiently bq query --project_id="$PROJECT_ID" --location="$DATASET_LOCATION" --use_legacy_sql=false \
  "GRANT \`roles/bigquery.dataEditor\` ON SCHEMA \`$PROJECT_ID.$DATASET\` TO '$writer'"

step "View: $DATASET.requests, one row a finished request"
if exists bq show --project_id="$PROJECT_ID" "$DATASET.run_googleapis_com_stdout"; then
  run bq query --project_id="$PROJECT_ID" --location="$DATASET_LOCATION" --use_legacy_sql=false \
    "$(fill docs/queries/view.sql)"
else
  echo 'No entry has arrived yet. Run this again some minutes after the first request.'
fi

step "Metric: logging.googleapis.com/user/$METRIC"
fill deploy/results-metric.yaml >"$work/metric.yaml"
verb=create
if exists gcloud logging metrics describe "$METRIC" --project="$PROJECT_ID"; then
  verb=update
fi
run gcloud logging metrics "$verb" "$METRIC" --config-from-file="$work/metric.yaml" --project="$PROJECT_ID"

step "Alert: $ALERT"
# These commands are in newer versions of gcloud without "alpha" as well; with it they are in all.
fill deploy/alert.yaml >"$work/alert.yaml"
alert="$(gcloud alpha monitoring policies list --filter="displayName='$ALERT'" --format='value(name)' --project="$PROJECT_ID")"
if [[ -n $alert ]]; then
  echo "There already, and left as it is: $alert"
else
  run gcloud alpha monitoring policies create --policy-from-file="$work/alert.yaml" --project="$PROJECT_ID" \
    ${1:+--notification-channels="$1"}
fi
