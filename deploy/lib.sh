# shellcheck shell=bash
# What the scripts share. Sourced by config.sh.

# Says what follows, in a line that stands out in a log.
step() { printf '\n=== %s\n' "$*"; }

# Stops with a message.
fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Shows a command, then runs it: the log has every resource and grant.
run() {
  printf '+'
  printf ' %q' "$@"
  printf '\n'
  "$@"
}

# run, up to six times: IAM takes a while to know an account that has just been made.
run_patiently() {
  local attempt
  for attempt in 1 2 3 4 5; do
    run "$@" && return
    echo "  attempt $attempt failed, the next one follows in 10 s"
    sleep 10
  done
  run "$@"
}

# True where the command that describes a resource finds it.
exists() { "$@" >/dev/null 2>&1; }

# Stops where a file of this tree is not there, or is a link to another one.
must_be_file() { # FILE
  [[ -f $1 && ! -L $1 ]] || fail "There is no file $1 (a link to one is none)."
}

# Prints a file with the names of this deployment put in for ${service} and the like. Text only: nothing that stands in
# a name means anything to bash here. $${ is left as ${, as Terraform's templates have it.
fill() { # FILE
  local text pair escaped=$'\x01' dollar='$'
  text="$(<"$1")"
  text="${text//"$dollar$dollar{"/$escaped}"
  for pair in "service=$SERVICE" "project_id=$PROJECT_ID" "region=$REGION" "dataset=$DATASET" "metric=$METRIC" \
    "alert=$ALERT" "dead_letter_alert=$DEAD_LETTER_ALERT" "dashboard=$DASHBOARD" "topic=$TOPIC" \
    "subscription=$SUBSCRIPTION" "dead_letter_subscription=$DEAD_LETTER_SUBSCRIPTION" "job=$JOB" \
    "runtime_account=$RUNTIME_ACCOUNT" "datastream_project=$DATASTREAM_PROJECT" \
    "datastream_location=$DATASTREAM_LOCATION" "max_delivery_attempts=$MAX_DELIVERY_ATTEMPTS"; do
    text="${text//"$dollar{${pair%%=*}}"/${pair#*=}}"
  done
  [[ $text != *"$dollar{"* ]] || fail "$1 has a \${…} that nothing is put in for."
  printf '%s\n' "${text//$escaped/$dollar{}"
}

# Gives a service account a role in a project: grant_project ACCOUNT ROLE [PROJECT].
# Without --condition=None gcloud asks back where the project's policy has conditions.
grant_project() {
  run_patiently gcloud projects add-iam-policy-binding "${3:-$PROJECT_ID}" --member="serviceAccount:$1" --role="$2" \
    --condition=None --format=none
}

# Who has a role in a project, one a line: role_members ROLE [PROJECT].
role_members() {
  gcloud projects get-iam-policy "${2:-$PROJECT_ID}" --flatten='bindings[].members' --filter="bindings.role=$1" \
    --format='value(bindings.members)'
}

# Gives a service account a role on another one: grant_account ACCOUNT ROLE ON_ACCOUNT.
grant_account() {
  run_patiently gcloud iam service-accounts add-iam-policy-binding "$3" --member="serviceAccount:$1" --role="$2" \
    --condition=None --project="$PROJECT_ID" --format=none
}

# Google's own account that delivers this project's Pub/Sub messages.
pubsub_agent() {
  local number
  number="$(gcloud projects describe "$PROJECT_ID" --format='value(projectNumber)')"
  [[ $number =~ ^[0-9]+$ ]] || fail "gcloud did not tell the number of $PROJECT_ID."
  echo "service-$number@gcp-sa-pubsub.iam.gserviceaccount.com"
}

# The address of the deployed service (on loopback in a test). It is the audience of every token for it, too.
service_url() {
  local url
  url="$(gcloud run services describe "$SERVICE" --region="$REGION" --project="$PROJECT_ID" --format='value(status.url)')"
  [[ $url =~ ^https://[a-z0-9.-]+$ || $url =~ ^http://127\.0\.0\.1:[0-9]+$ ]] || fail "gcloud did not tell the address of $SERVICE."
  echo "$url"
}

# Stops where a service of this name runs in another region: both would have the same accounts, topics and alerts.
refuse_namesake() {
  local region regions
  regions="$(gcloud run services list --filter="metadata.name=$SERVICE" --project="$PROJECT_ID" \
    --format='value(metadata.labels."cloud.googleapis.com/location")')"
  for region in $regions; do
    [[ $region == "$REGION" ]] ||
      fail "There is a $SERVICE in $region too, and both would share accounts, topics and alerts. Give this one a name of its own with SERVICE (_SERVICE in a build), or set REGION to $region."
  done
}
