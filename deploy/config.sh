# shellcheck shell=bash disable=SC2034
# Every name and setting of the deployment, in one place. Sourced by the scripts beside it.
# A value comes from the build's substitution (_REGION), else from the environment (REGION), else from here.

# Cloud Build hands every substitution to each step as an environment variable. A misspelt one would be
# without effect and without a word, so it is refused.
readonly SUBSTITUTIONS=' _CHECK_OPERATION _DATASTREAM_LOCATION _DATASTREAM_PROJECT _MAX_INSTANCES _MEMORY _PUBLIC _PUBSUB _REGION _SCHEDULE _SERVICE _SETTINGS _SWEEP _TIME_ZONE _WEBHOOK_SECRET '
if [[ -n ${BUILD_ID:-} ]]; then
  while read -r name; do
    if [[ $SUBSTITUTIONS != *" $name "* ]]; then
      echo "There is no substitution $name. There are:$SUBSTITUTIONS" >&2
      exit 1
    fi
  done < <(compgen -e | grep -E '^_[A-Z]')
fi

# --- Where -------------------------------------------------------------------------------------------------
PROJECT_ID="${PROJECT_ID:-$(gcloud config get-value project 2>/dev/null || true)}"
if [[ -z $PROJECT_ID ]]; then
  echo 'Which project? Set PROJECT_ID, or run: gcloud config set project PROJECT' >&2
  exit 1
fi
REGION="${_REGION:-${REGION:-us-central1}}"
# Where the operations are that shall be cancelled, if not in the same project and region.
DATASTREAM_PROJECT="${_DATASTREAM_PROJECT:-${DATASTREAM_PROJECT:-$PROJECT_ID}}"
DATASTREAM_LOCATION="${_DATASTREAM_LOCATION:-${DATASTREAM_LOCATION:-$REGION}}"

# --- The service -------------------------------------------------------------------------------------------
SERVICE="${_SERVICE:-${SERVICE:-datastream-operation-cancel}}"
SETTINGS="${_SETTINGS:-${SETTINGS:-deploy/settings.yaml}}"
MAX_INSTANCES="${_MAX_INSTANCES:-${MAX_INSTANCES:-3}}"
MEMORY="${_MEMORY:-${MEMORY:-512Mi}}"
PUBLIC="${_PUBLIC:-${PUBLIC:-false}}"
# SECRET:VERSION in Secret Manager, such as datastream-cancel-webhook-secrets:1; empty for none.
WEBHOOK_SECRET="${_WEBHOOK_SECRET:-${WEBHOOK_SECRET:-}}"

# --- Accounts, role, secret --------------------------------------------------------------------------------
RUNTIME_ACCOUNT="datastream-cancel@$PROJECT_ID.iam.gserviceaccount.com"
INVOKER_ACCOUNT="datastream-cancel-invoker@$PROJECT_ID.iam.gserviceaccount.com"
# cloudbuild.yaml names this one too: a build cannot look up the account that it runs as.
BUILD_ACCOUNT="datastream-cancel-build@$PROJECT_ID.iam.gserviceaccount.com"
ROLE=datastreamOperationCanceller
ROLE_PERMISSIONS=datastream.operations.cancel,datastream.operations.get,datastream.operations.list
SECRET=datastream-cancel-webhook-secrets

# --- Callers -----------------------------------------------------------------------------------------------
PUBSUB="${_PUBSUB:-${PUBSUB:-false}}"
TOPIC="$SERVICE"
SUBSCRIPTION="$SERVICE-push"
DEAD_LETTER_TOPIC="$SERVICE-dead-letter"
DEAD_LETTER_SUBSCRIPTION="$SERVICE-dead-letter-pull"
# A cron line such as '0 3 * * *'; empty for no job.
SCHEDULE="${_SCHEDULE:-${SCHEDULE:-}}"
TIME_ZONE="${_TIME_ZONE:-${TIME_ZONE:-Etc/UTC}}"
SWEEP="${_SWEEP:-${SWEEP:-deploy/sweep.json}}"
JOB="$SERVICE-sweep"

# --- The check after a deployment --------------------------------------------------------------------------
# By default an operation in Google's own form that does not exist. check.sh tells what NOT_FOUND proves.
NO_OPERATION=operation-0000000000000-0000000000000-00000000-00000000
CHECK_OPERATION="${_CHECK_OPERATION:-${CHECK_OPERATION:-projects/$DATASTREAM_PROJECT/locations/$DATASTREAM_LOCATION/operations/$NO_OPERATION}}"

# --- Images, audit log, alert ------------------------------------------------------------------------------
# gcloud run deploy --source keeps its images under this name.
REPOSITORY=cloud-run-source-deploy
DATASET=datastream_cancel_audit
# Where BigQuery keeps the data set: a location of its own, such as US, EU or a region.
DATASET_LOCATION="${DATASET_LOCATION:-US}"
SINK="$SERVICE-audit"
METRIC="$SERVICE-results"
ALERT="$SERVICE failed or lost track"
