#!/usr/bin/env bash
# Attaches Pub/Sub to the deployed service: a topic whose messages are pushed to it, and a dead-letter topic with a
# subscription that keeps what could not be delivered. Safe to run again: creates or updates.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/config.sh
source deploy/config.sh
# shellcheck source=deploy/lib.sh
source deploy/lib.sh

create_topic() { # TOPIC
  if exists gcloud pubsub topics describe "$1" --project="$PROJECT_ID"; then
    echo "There already: $1"
  else
    run gcloud pubsub topics create "$1" --project="$PROJECT_ID"
  fi
}

# Back-off from 10 s to 600 s makes ten deliveries take most of an hour: as long as MAX_EVENT_AGE, after which the
# function acknowledges a message as EXPIRED. The deadline of 60 s is the request timeout of the service.
push_subscription() { # URL
  local verb=create topic="--topic=$TOPIC"
  if exists gcloud pubsub subscriptions describe "$SUBSCRIPTION" --project="$PROJECT_ID"; then
    verb=update topic=--quiet # A subscription stays with its topic.
  fi
  run gcloud pubsub subscriptions "$verb" "$SUBSCRIPTION" "$topic" --push-endpoint="$1" \
    --push-auth-service-account="$INVOKER_ACCOUNT" --push-auth-token-audience="$1" --ack-deadline=60 \
    --min-retry-delay=10s --max-retry-delay=600s --dead-letter-topic="$DEAD_LETTER_TOPIC" --max-delivery-attempts=10 \
    --expiration-period=never --project="$PROJECT_ID"
}

# Without a subscription a dead-letter topic drops what it gets. Fourteen days to look at it.
keep_dead_letters() {
  if exists gcloud pubsub subscriptions describe "$DEAD_LETTER_SUBSCRIPTION" --project="$PROJECT_ID"; then
    echo "There already: $DEAD_LETTER_SUBSCRIPTION"
  else
    run gcloud pubsub subscriptions create "$DEAD_LETTER_SUBSCRIPTION" --topic="$DEAD_LETTER_TOPIC" --ack-deadline=60 \
      --message-retention-duration=14d --expiration-period=never --project="$PROJECT_ID"
  fi
}

step "Attach Pub/Sub: publish to $TOPIC"
url="$(service_url)"
agent="$(pubsub_agent)"
create_topic "$TOPIC"
create_topic "$DEAD_LETTER_TOPIC"
keep_dead_letters
push_subscription "$url"

step 'Let Pub/Sub itself move messages to the dead-letter topic'
run gcloud pubsub topics add-iam-policy-binding "$DEAD_LETTER_TOPIC" --member="serviceAccount:$agent" \
  --role=roles/pubsub.publisher --project="$PROJECT_ID" --format=none
run gcloud pubsub subscriptions add-iam-policy-binding "$SUBSCRIPTION" --member="serviceAccount:$agent" \
  --role=roles/pubsub.subscriber --project="$PROJECT_ID" --format=none
