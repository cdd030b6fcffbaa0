# shellcheck shell=bash disable=SC2034
# Every name and value of the deployment, in one place, each checked for its form before anything is done with it.
# Sourced by the scripts beside it. A value comes from the build's substitution (_REGION), else from the environment
# (REGION), else from here. terraform/ gives the same names.
export LC_ALL=C # A range such as a-z means these letters and no others.
# shellcheck source=deploy/lib.sh
source deploy/lib.sh

# Cloud Build hands every substitution to each step as an environment variable. A misspelt one would be
# without effect and without a word, so it is refused.
readonly SUBSTITUTIONS=' _CHECK_OPERATION _DATASTREAM_LOCATION _DATASTREAM_PROJECT _MAX_INSTANCES _MEMORY _PUBLIC _PUBSUB _REGION _SCHEDULE _SECRET_VERSION _SERVICE _SETTINGS _SWEEP _TIME_ZONE '
if [[ -n ${BUILD_ID:-} ]]; then
  while read -r name; do
    [[ $SUBSTITUTIONS == *" $name "* ]] || fail "There is no substitution $name. There are:$SUBSTITUTIONS"
  done < <(compgen -e _ | grep -E '^_[A-Z]')
fi

# Stops where a value does not have its form as a whole: must_be NAME FORM WHAT_IT_IS. The value itself is not shown.
must_be() {
  [[ ${!1} =~ ^($2)$ ]] || fail "$1 must be $3."
}

readonly ID='[a-z][a-z0-9-]{4,28}[a-z0-9]'

# --- Where -------------------------------------------------------------------------------------------------
PROJECT_ID="${PROJECT_ID:-$(gcloud config get-value project 2>/dev/null || true)}"
[[ -n $PROJECT_ID ]] || fail 'Which project? Set PROJECT_ID, or run: gcloud config set project PROJECT'
must_be PROJECT_ID "$ID" 'the id of a project, 6 to 30 of a-z 0-9 - (not a number, and not one that belongs to a domain: accounts have other names there)'
REGION="${_REGION:-${REGION:-us-central1}}"
must_be REGION '[a-z]+-[a-z]+[0-9]{1,2}' 'a region of Google Cloud, such as us-central1'
# Where the operations are that shall be cancelled, if not in the same project and region.
DATASTREAM_PROJECT="${_DATASTREAM_PROJECT:-${DATASTREAM_PROJECT:-$PROJECT_ID}}"
must_be DATASTREAM_PROJECT "([a-z0-9.-]+:)?$ID" 'the id of a project'
# A hyphen alone stands for every location.
DATASTREAM_LOCATION="${_DATASTREAM_LOCATION:-${DATASTREAM_LOCATION:-$REGION}}"
must_be DATASTREAM_LOCATION '[a-z][a-z0-9-]{0,62}|-' 'a location of Datastream, such as us-central1, or - for all of them'

# --- The service -------------------------------------------------------------------------------------------
readonly DEFAULT_SERVICE=datastream-operation-cancel
SERVICE="${_SERVICE:-${SERVICE:-$DEFAULT_SERVICE}}"
# All other names begin with this one. The default has a shorter one, for the 30 characters that an account may have.
PREFIX=datastream-cancel
if [[ $SERVICE != "$DEFAULT_SERVICE" ]]; then
  must_be SERVICE '[a-z][a-z0-9-]{4,20}[a-z0-9]' "$DEFAULT_SERVICE or 6 to 22 of a-z 0-9 -, first a letter, last no hyphen: its accounts are named after it"
  # Such a name is given out already, by or for another service.
  [[ $SERVICE != "$PREFIX" && ! $SERVICE =~ -(invoker|dead-letter)$ && ! $SERVICE =~ ^$PREFIX-(build|deploy|test)$ ]] ||
    fail "SERVICE must not be $PREFIX or end in -invoker or -dead-letter, nor be the name of an account that builds: another service has these names."
  PREFIX="$SERVICE"
fi
SETTINGS="${_SETTINGS:-${SETTINGS:-deploy/settings.yaml}}"
must_be SETTINGS 'deploy/settings[A-Za-z0-9._-]*[.]yaml' 'deploy/settings.yaml or another deploy/settings*.yaml: only these go along to a build'
MAX_INSTANCES="${_MAX_INSTANCES:-${MAX_INSTANCES:-3}}"
must_be MAX_INSTANCES '[1-9][0-9]{0,3}' 'a whole number from 1'
MEMORY="${_MEMORY:-${MEMORY:-512Mi}}"
must_be MEMORY '[1-9][0-9]{0,4}[MG]i' 'memory such as 512Mi or 1Gi'
PUBLIC="${_PUBLIC:-${PUBLIC:-false}}"
must_be PUBLIC 'true|false' 'true or false'
# The version of the secret with WEBHOOK_SECRETS in it, as SECRET:VERSION; empty for none.
SECRET_VERSION="${_SECRET_VERSION:-${SECRET_VERSION:-}}"
must_be SECRET_VERSION '([A-Za-z0-9_-]{1,255}:[1-9][0-9]{0,8})?' "SECRET:VERSION with the version's number (which one is deployed, and comes back with a roll-back, shall be certain), or empty"
CONCURRENCY=80
# Above the function's REQUEST_DEADLINE (55s), so that it always answers by itself.
REQUEST_TIMEOUT=60s
# In an unwrapped push each attribute is a header: 100 of 256 and 1,024 bytes. Node.js would answer 431 above 16 KiB, and
# the message would be a dead letter that no record tells of.
NODE_OPTIONS_VALUE=--max-http-header-size=262144

# --- Accounts, role, secret --------------------------------------------------------------------------------
ACCOUNTS="$PROJECT_ID.iam.gserviceaccount.com"
RUNTIME_ACCOUNT="$PREFIX@$ACCOUNTS"
INVOKER_ACCOUNT="$PREFIX-invoker@$ACCOUNTS"
# teardown.sh finds the services of a project by it.
RUNTIME_DESCRIPTION='Runtime account of datastream-operation-cancel'
INVOKER_DESCRIPTION='Calls datastream-operation-cancel for Pub/Sub, Cloud Scheduler and the check'
# These three are shared by all services of a project. cloudbuild.yaml and test.cloudbuild.yaml name the first and
# the last too: a build cannot look up the account that it runs as.
DEPLOY_ACCOUNT="datastream-cancel-deploy@$ACCOUNTS"
BUILD_ACCOUNT="datastream-cancel-build@$ACCOUNTS"
TEST_ACCOUNT="datastream-cancel-test@$ACCOUNTS"
# Where gcloud builds submit puts the source, unless it is told otherwise.
SOURCE_BUCKET="${PROJECT_ID}_cloudbuild"
ROLE=datastreamOperationCanceller
[[ $SERVICE == "$DEFAULT_SERVICE" ]] || ROLE+="_${SERVICE//-/_}"
ROLE_TITLE='Datastream Operation Canceller'
ROLE_DESCRIPTION='Read, list and cancel Datastream operations and list its locations, nothing else'
ROLE_PERMISSIONS=datastream.locations.list,datastream.operations.cancel,datastream.operations.get,datastream.operations.list
SECRET="$PREFIX-webhook-secrets"

# --- Callers -----------------------------------------------------------------------------------------------
PUBSUB="${_PUBSUB:-${PUBSUB:-false}}"
must_be PUBSUB 'true|false' 'true or false'
TOPIC="$SERVICE"
SUBSCRIPTION="$SERVICE-push"
DEAD_LETTER_TOPIC="$SERVICE-dead-letter"
DEAD_LETTER_SUBSCRIPTION="$SERVICE-dead-letter-pull"
# The request's timeout, as the subscription sees it.
ACK_DEADLINE=60
# With untilDone a message comes again until its operation is done. 10 s, 20 s, 40 s and then 60 s apart, that is about 60
# deliveries in the hour of MAX_EVENT_AGE: the end, or EXPIRED, is on record well before a dead letter would be.
MIN_RETRY_DELAY=10s
MAX_RETRY_DELAY=60s
MAX_DELIVERY_ATTEMPTS=100
DEAD_LETTER_RETENTION=14d
# Ten minutes to look at a dead letter before somebody else may pull it too.
DEAD_LETTER_ACK_DEADLINE=600
# A cron line such as '0 3 * * *'; empty for no job.
SCHEDULE="${_SCHEDULE:-${SCHEDULE:-}}"
must_be SCHEDULE '([0-9A-Za-z*,/-]+( [0-9A-Za-z*,/-]+){4})?' "a cron line of five fields, such as '0 3 * * *', or empty"
TIME_ZONE="${_TIME_ZONE:-${TIME_ZONE:-Etc/UTC}}"
must_be TIME_ZONE '[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*' 'a time zone of the tz database, such as Europe/Zurich'
SWEEP="${_SWEEP:-${SWEEP:-deploy/sweep.json}}"
must_be SWEEP 'deploy/sweep[A-Za-z0-9._-]*[.]json' 'deploy/sweep.json or another deploy/sweep*.json: only these go along to a build'
JOB="$SERVICE-sweep"
# Five repetitions, 60 s, 120 s, 240 s, 480 s and 600 s apart: what a sweep with untilDone has asked is looked at for 25
# minutes. A creation of a private connection takes a quarter of an hour.
JOB_RETRIES=5
JOB_MIN_BACKOFF=60s
JOB_MAX_BACKOFF=600s
JOB_MAX_DOUBLINGS=4

# --- The check after a deployment --------------------------------------------------------------------------
# By default an operation in Google's own form that does not exist. check.sh tells what NOT_FOUND proves.
NO_OPERATION=operation-0000000000000-0000000000000-00000000-00000000
CHECK_LOCATION="${DATASTREAM_LOCATION/#-/$REGION}"
CHECK_OPERATION="${_CHECK_OPERATION:-${CHECK_OPERATION:-projects/$DATASTREAM_PROJECT/locations/$CHECK_LOCATION/operations/$NO_OPERATION}}"
must_be CHECK_OPERATION 'projects/[a-z0-9.:-]+/locations/[a-z0-9-]+/operations/[A-Za-z0-9._~-]+' 'projects/{project}/locations/{location}/operations/{operation}'

# --- Images, audit log, metric, alerts, dashboard ----------------------------------------------------------
# gcloud run deploy --source keeps its images under this name, those of all services.
REPOSITORY=cloud-run-source-deploy
DATASET="${PREFIX//-/_}_audit"
# Where BigQuery keeps the data set: a location of its own, such as US, EU or a region.
DATASET_LOCATION="${DATASET_LOCATION:-US}"
must_be DATASET_LOCATION '[A-Za-z][A-Za-z0-9-]{1,62}' 'a location of BigQuery, such as US or europe-west3'
# Every entry that the function writes: INTENT and RESULT.
AUDIT_FILTER="resource.type=\"cloud_run_revision\" resource.labels.service_name=\"$SERVICE\" log_id(\"run.googleapis.com/stdout\") jsonPayload.audit.auditId:*"
SINK="$SERVICE-audit"
METRIC="$SERVICE-results"
# Names that people see. observe.sh finds them again by these.
ALERT="$SERVICE: entries of severity ERROR"
DEAD_LETTER_ALERT="$SERVICE: dead letters"
DASHBOARD="$SERVICE"
