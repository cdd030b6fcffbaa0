#!/usr/bin/env bash
# Stands in for gcloud: writes down every call and keeps what was made, as files. Like the real one it refuses to make
# what is there, and to change, delete or refer to what is not.
set -euo pipefail
# shellcheck source=test/deploy/fakes/record.sh
source "$(dirname "${BASH_SOURCE[0]}")/record.sh"
record gcloud "$@"
fail_once "$@"

words=() # Groups, verb and names, without flags.
for argument in "$@"; do
  case "$argument" in
    --* | alpha | beta) ;;
    *) words+=("$argument") ;;
  esac
done
arguments=("$@")

# The value of --NAME=VALUE, or nothing.
flag() { # NAME
  local argument
  for argument in "${arguments[@]}"; do
    if [[ $argument == "--$1="* ]]; then
      printf '%s' "${argument#*=}"
      return
    fi
  done
}

must_exist() { # KIND NAME
  [[ -e "$(resource "$1" "$2")" ]] || refuse "NOT_FOUND: $1 $2"
}

# An account of this project's own, as short name, e-mail or member, must have been made before it is referred to.
must_exist_if_own() {
  local account="${1##*:}"
  account="${account##*/}"
  if [[ $account == *@acme-data.iam.gserviceaccount.com ]]; then
    must_exist 'iam service-accounts' "${account%%@*}"
  fi
}

must_know_references() {
  local key
  for key in service-account build-service-account push-auth-service-account oidc-service-account-email member; do
    must_exist_if_own "$(flag "$key")"
  done
  for key in topic dead-letter-topic; do
    if [[ -n $(flag "$key") ]]; then must_exist 'pubsub topics' "$(flag "$key")"; fi
  done
}

# The names of what was made of a kind and has this text in its file.
having() { # KIND TEXT
  (cd "$RECORDER/state" && grep -lF -- "$2" "${1// /.}".* 2>/dev/null) | sed "s/^${1// /.}\.//" || true
}

# Alerts and dashboards are named by Google and found by the name that people see, in the file that they come from.
case "${words[*]:0:3}" in
  'monitoring policies list' | 'monitoring dashboards list')
    shown="$(flag filter)"
    shown="${shown#*\'}"
    having "${words[*]:0:2}" "\"displayName\": \"${shown%\'}\","
    exit
    ;;
  'monitoring policies create' | 'monitoring dashboards create')
    cp "$(flag policy-from-file)$(flag config-from-file)" "$(resource "${words[*]:0:2}" "number-$RANDOM$RANDOM")"
    exit
    ;;
  'monitoring policies update' | 'monitoring dashboards update')
    must_exist "${words[*]:0:2}" "${words[3]}"
    cp "$(flag policy-from-file)$(flag config-from-file)" "$(resource "${words[*]:0:2}" "${words[3]}")"
    exit
    ;;
  'monitoring policies describe')
    [[ ! -e $RECORDER/state/deaf ]] || exit 0 # Keeps no channels.
    grep -o 'projects/[^"]*/notificationChannels/[0-9]*' "$(resource 'monitoring policies' "${words[3]}")" | paste -sd ';' || true
    exit
    ;;
  'monitoring dashboards describe')
    echo 40d1040034db4e5a9dee931ec1b12c0d
    exit
    ;;
esac

case "${words[*]}" in
  'config get-value project')
    echo acme-data
    exit
    ;;
  'auth print-access-token')
    echo recorded-access-token
    exit
    ;;
  'auth print-identity-token')
    echo recorded-identity-token
    exit
    ;;
  'config get-value account')
    echo ops@example.com
    exit
    ;;
  'builds list')
    echo 0f3c1d7e-5f0b-4a8e-9f6e-2b7a1c9d4e55
    exit
    ;;
  'secrets versions access '*)
    echo 'pagerduty=whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
    exit
    ;;
  'monitoring channels create')
    echo projects/acme-data/notificationChannels/7 | tee "$(resource 'monitoring channels' projects/acme-data/notificationChannels/7)"
    exit
    ;;
  'artifacts docker images describe '*)
    echo sha256:0000
    exit
    ;;
  'projects describe '*)
    echo 123456789012
    exit
    ;;
  'projects get-iam-policy '*)
    # What role_members asks: who has this role?
    role="$(flag filter)"
    awk -v project="${words[2]}" -v role="${role#bindings.role=}" '$1 == project && $2 == role { print $3 }' \
      "$RECORDER/bindings" 2>/dev/null || true
    exit
    ;;
  'iam service-accounts list')
    description="$(flag filter)"
    description="${description#*\'}"
    having 'iam service-accounts' "${description%\'}"
    exit
    ;;
  'run services list')
    name="$(flag filter)"
    cat "$(resource 'run services' "${name#*=}")" 2>/dev/null || true
    exit
    ;;
esac

must_know_references
for index in "${!words[@]}"; do
  kind="${words[*]:0:index}"
  name="${words[index + 1]:-}"
  if [[ $kind == 'scheduler jobs' && $name == http ]]; then name="${words[index + 2]}"; fi
  if [[ $kind == 'iam service-accounts' ]]; then name="${name%%@*}"; fi
  file="$(resource "$kind" "$name")"
  case "${words[index]}" in
    describe)
      must_exist "$kind" "$name"
      case "$(flag format)" in
        'value(status.url)') echo "${SERVICE_URL:-https://$name-123456789012.us-central1.run.app}" ;;
        'value(deleted)') cat "$file" ;;
        'value(writerIdentity)') echo 'serviceAccount:service-123456789012@gcp-sa-logging.iam.gserviceaccount.com' ;;
      esac
      exit
      ;;
    create)
      [[ ! -e $file ]] || refuse "ALREADY_EXISTS: $kind $name"
      flag description >"$file"
      if [[ $kind == 'iam roles' ]]; then : >"$file"; fi
      exit
      ;;
    deploy)
      flag region >"$(resource 'run services' "$name")"
      if [[ -n $(flag env-vars-file) ]]; then cp "$(flag env-vars-file)" "$RECORDER/variables"; fi
      exit
      ;;
    update | update-traffic | modify-push-config)
      must_exist "$kind" "$name"
      if [[ $kind == 'iam service-accounts' ]]; then flag description >"$file"; fi
      exit
      ;;
    undelete)
      [[ $(cat "$file") == True ]] || refuse "FAILED_PRECONDITION: $name is not deleted"
      : >"$file"
      exit
      ;;
    delete)
      must_exist "$kind" "$name"
      # A deleted custom role stays for a while, marked.
      if [[ $kind == 'iam roles' ]]; then echo True >"$file"; else rm "$file"; fi
      exit
      ;;
    add-iam-policy-binding)
      [[ $kind == projects ]] || must_exist "$kind" "$name"
      echo "$name $(flag role) $(flag member)" >>"$RECORDER/bindings"
      exit
      ;;
    remove-iam-policy-binding)
      [[ $kind == projects ]] || must_exist "$kind" "$name"
      binding="$name $(flag role) $(flag member)"
      grep -Fqx "$binding" "$RECORDER/bindings" || refuse "NOT_FOUND: no binding $binding"
      grep -Fvx "$binding" "$RECORDER/bindings" >"$RECORDER/bindings.left" || true
      mv "$RECORDER/bindings.left" "$RECORDER/bindings"
      exit
      ;;
  esac
done
# Anything else asks for nothing that is kept: services enable, secrets versions add, pubsub topics publish …
# What is sent to standard input is read, as gcloud does.
if [[ $(flag data-file) == - ]]; then cat >"$RECORDER/stdin"; fi
