#!/usr/bin/env bash
# Sends the audit log to BigQuery, counts results in Cloud Monitoring, raises an alert on every entry of severity ERROR
# and one on dead letters, and draws a dashboard. Safe to run again: creates or updates. Notification channels that are
# given replace those that the alerts have; without any, the alerts keep theirs.
# The view needs the table that Cloud Logging makes with the first entry: check.sh writes one; wait for some minutes,
# then run this again.
#
#   PROJECT_ID=my-project deploy/observe.sh [NOTIFICATION_CHANNEL...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/config.sh
source deploy/config.sh

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

step 'APIs'
run gcloud services enable bigquery.googleapis.com logging.googleapis.com monitoring.googleapis.com --project="$PROJECT_ID"

# Before anything is made: an alert that nobody gets looks like one that never fires.
for CHANNEL in "$@"; do
  must_be CHANNEL 'projects/[a-z0-9.:-]+/notificationChannels/[0-9]+' 'a notification channel, projects/{project}/notificationChannels/{number}'
  exists gcloud beta monitoring channels describe "$CHANNEL" --project="$PROJECT_ID" ||
    fail "There is no notification channel $CHANNEL, or you may not read it. gcloud beta monitoring channels list shows those that are there."
done

step "Audit log: to the BigQuery data set $DATASET"
if exists bq show --project_id="$PROJECT_ID" "$DATASET"; then
  echo "There already: $DATASET"
else
  run bq --location="$DATASET_LOCATION" mk --dataset --project_id="$PROJECT_ID" \
    --description="Audit log of $SERVICE" "$DATASET"
fi
verb=create partitioned=--use-partitioned-tables
if exists gcloud logging sinks describe "$SINK" --project="$PROJECT_ID"; then
  verb=update partitioned=--quiet # How the tables are cut is settled when the sink is made.
fi
run gcloud logging sinks "$verb" "$SINK" "bigquery.googleapis.com/projects/$PROJECT_ID/datasets/$DATASET" "$partitioned" \
  --log-filter="$AUDIT_FILTER" --project="$PROJECT_ID"
writer="$(gcloud logging sinks describe "$SINK" --project="$PROJECT_ID" --format='value(writerIdentity)')"
[[ $writer =~ ^serviceAccount:[a-z0-9@.-]+$ ]] || fail "gcloud did not tell who writes for the sink $SINK."
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
fill deploy/results-metric.json >"$work/metric.json"
verb=create
if exists gcloud logging metrics describe "$METRIC" --project="$PROJECT_ID"; then
  verb=update
fi
run gcloud logging metrics "$verb" "$METRIC" --config-from-file="$work/metric.json" --project="$PROJECT_ID"

# The names of what has this display name, one a line: named KIND DISPLAY_NAME.
named() {
  gcloud "${@:1:$#-1}" list --filter="displayName='${!#}'" --format='value(name)' --project="$PROJECT_ID"
}

# The channels of an alert, one a line.
channels_of() { # POLICY
  gcloud alpha monitoring policies describe "$1" --format='value(notificationChannels)' --project="$PROJECT_ID" |
    tr ';' '\n'
}

# Creates or updates an alert. An update replaces all of it, so the file has the channels too: raise FILE NAME CHANNEL...
raise() {
  local file="$work/alert.json" policy channels
  policy="$(named alpha monitoring policies "$2")"
  [[ $policy != *$'\n'* ]] || fail "There are several alerts '$2'. Delete all but one: $policy"
  channels="$(printf '%s\n' "${@:3}")"
  if [[ -z $channels && -n $policy ]]; then channels="$(channels_of "$policy")"; fi
  fill "$1" >"$file"
  put_first "$file" "\"notificationChannels\": [$(quoted_list "$channels")]"
  if [[ -n $policy ]]; then
    run gcloud alpha monitoring policies update "$policy" --policy-from-file="$file" --project="$PROJECT_ID"
  else
    run gcloud alpha monitoring policies create --policy-from-file="$file" --project="$PROJECT_ID"
    policy="$(named alpha monitoring policies "$2")"
  fi
  [[ "$(channels_of "$policy")" == "$channels" ]] || fail "The alert '$2' has not got the channels that it should have."
  if [[ -z $channels ]]; then echo "It tells nobody yet: run this again with a notification channel."; fi
}

# Puts a member first into the JSON object in a file.
put_first() { # FILE MEMBER
  local text
  text="$(<"$1")"
  printf '{\n  %s,%s\n' "$2" "${text#*\{}" >"$1"
}

# Lines as strings of a JSON array.
quoted_list() { # LINES
  local line list=
  for line in $1; do list+="${list:+, }\"$line\""; done
  printf '%s' "$list"
}

step "Alert: $ALERT"
raise deploy/alert.json "$ALERT" "$@"

step "Alert: $DEAD_LETTER_ALERT"
if exists gcloud pubsub subscriptions describe "$DEAD_LETTER_SUBSCRIPTION" --project="$PROJECT_ID"; then
  raise deploy/dead-letter-alert.json "$DEAD_LETTER_ALERT" "$@"
else
  echo 'No Pub/Sub is attached. Run this again once it is.'
fi

step "Dashboard: $DASHBOARD"
fill deploy/dashboard.json >"$work/dashboard.json"
dashboard="$(named monitoring dashboards "$DASHBOARD")"
[[ $dashboard != *$'\n'* ]] || fail "There are several dashboards '$DASHBOARD'. Delete all but one: $dashboard"
if [[ -n $dashboard ]]; then
  # Who changes a dashboard shows which state of it was read.
  etag="$(gcloud monitoring dashboards describe "$dashboard" --format='value(etag)' --project="$PROJECT_ID")"
  [[ $etag =~ ^[A-Za-z0-9+/=_-]+$ ]] || fail "gcloud did not tell the state of the dashboard $dashboard."
  put_first "$work/dashboard.json" "\"etag\": \"$etag\""
  run gcloud monitoring dashboards update "$dashboard" --config-from-file="$work/dashboard.json" --project="$PROJECT_ID"
else
  run gcloud monitoring dashboards create --config-from-file="$work/dashboard.json" --project="$PROJECT_ID"
fi
