# shellcheck shell=bash
# What the scripts share. Sourced after config.sh.

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

# Gives a service account a role in a project: grant_project ACCOUNT ROLE [PROJECT].
# Without --condition=None gcloud asks back where the project's policy has conditions.
grant_project() {
  run_patiently gcloud projects add-iam-policy-binding "${3:-$PROJECT_ID}" --member="serviceAccount:$1" --role="$2" \
    --condition=None --format=none
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
  echo "service-$number@gcp-sa-pubsub.iam.gserviceaccount.com"
}

# The address of the deployed service. It is the audience of every token for it, too.
service_url() {
  gcloud run services describe "$SERVICE" --region="$REGION" --project="$PROJECT_ID" --format='value(status.url)'
}
