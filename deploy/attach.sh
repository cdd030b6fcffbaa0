#!/usr/bin/env bash
# Attaches the callers that are asked for: Pub/Sub where PUBSUB is true, Cloud Scheduler where SCHEDULE is set.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/config.sh
source deploy/config.sh

if [[ $PUBSUB == true ]]; then
  bash deploy/attach-pubsub.sh
else
  echo 'No Pub/Sub asked for (_PUBSUB=true attaches it).'
fi
if [[ -n $SCHEDULE ]]; then
  bash deploy/attach-scheduler.sh
else
  echo "No schedule asked for (_SCHEDULE='0 3 * * *' attaches one)."
fi
