#!/usr/bin/env bash
# Attaches Pub/Sub to the deployed service: a topic whose messages are pushed to it, and a dead-letter topic with a
# subscription that keeps what could not be delivered. Safe to run again: creates or updates.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/config.sh
source deploy/config.sh

create_topic() { # TOPIC
  if exists gcloud pubsub topics describe "$1" --project="$PROJECT_ID"; then
    echo "There already: $1"
  else
    run gcloud pubsub topics create "$1" --project="$PROJECT_ID"
  fi
}

# Creates or updates a subscription: put_subscription SUBSCRIPTION TOPIC FLAG...
put_subscription() {
  local verb=create once=("--topic=$2" --expiration-period=never) # A subscription stays with its topic.
  if exists gcloud pubsub subscriptions describe "$1" --project="$PROJECT_ID"; then
    verb=update once=(--quiet)
  fi
  run gcloud pubsub subscriptions "$verb" "$1" "${once[@]}" "${@:3}" --project="$PROJECT_ID"
}

step "Attach Pub/Sub: publish to $TOPIC"
url="$(service_url)"
agent="$(pubsub_agent)"
create_topic "$TOPIC"
create_topic "$DEAD_LETTER_TOPIC"
# Without a subscription a dead-letter topic drops what it gets.
put_subscription "$DEAD_LETTER_SUBSCRIPTION" "$DEAD_LETTER_TOPIC" --ack-deadline="$DEAD_LETTER_ACK_DEADLINE" \
  --message-retention-duration="$DEAD_LETTER_RETENTION"
put_subscription "$SUBSCRIPTION" "$TOPIC" --push-endpoint="$url" --push-auth-service-account="$INVOKER_ACCOUNT" \
  --push-auth-token-audience="$url" --ack-deadline="$ACK_DEADLINE" --min-retry-delay="$MIN_RETRY_DELAY" \
  --max-retry-delay="$MAX_RETRY_DELAY" --dead-letter-topic="$DEAD_LETTER_TOPIC" \
  --max-delivery-attempts="$MAX_DELIVERY_ATTEMPTS"

step 'Let Pub/Sub itself move messages to the dead-letter topic'
run gcloud pubsub topics add-iam-policy-binding "$DEAD_LETTER_TOPIC" --member="serviceAccount:$agent" \
  --role=roles/pubsub.publisher --project="$PROJECT_ID" --format=none
run gcloud pubsub subscriptions add-iam-policy-binding "$SUBSCRIPTION" --member="serviceAccount:$agent" \
  --role=roles/pubsub.subscriber --project="$PROJECT_ID" --format=none
