#!/usr/bin/env bash
# Stands in for gcloud: writes down every call and keeps what was made, as files. Like the real one it refuses to make
# what is there, and to change, delete or refer to what is not.
set -euo pipefail
# shellcheck source=test/deploy/fakes/record.sh
source "${BASH_SOURCE[0]%/*}/record.sh"
record gcloud "$@"
fail_once "$@"

words=() # Groups, verb and names, without flags.
for argument in "$@"; do
  case "$argument" in
    alpha | beta) ;;
    --*=*)
      name="${argument%%=*}"
      name="${name#--}"
      printf -v "flag_${name//-/_}" %s "${argument#*=}"
      ;;
    --*) ;;
    *) words+=("$argument") ;;
  esac
done

must_exist() { # KIND NAME
  resource "$1" "$2"
  [[ -e $file ]] || refuse "NOT_FOUND: $1 $2"
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
  for key in service_account build_service_account push_auth_service_account oidc_service_account_email member; do
    key="flag_$key"
    must_exist_if_own "${!key:-}"
  done
  for key in flag_topic flag_dead_letter_topic; do
    if [[ -n ${!key:-} ]]; then must_exist 'pubsub topics' "${!key}"; fi
  done
}

# The names of what was made of a kind and has this text in its file.
having() { # KIND TEXT
  (cd "$RECORDER/state" && grep -lF -- "$2" "${1// /.}".* 2>/dev/null) | sed "s/^${1// /.}\.//" || true
}

# Alerts and dashboards are named by Google and found by the name that people see, in the file that they come from.
case "${words[*]:0:3}" in
  'monitoring policies list' | 'monitoring dashboards list')
    shown="${flag_filter:-}"
    shown="${shown#*\'}"
    having "${words[*]:0:2}" "\"displayName\": \"${shown%\'}\","
    exit
    ;;
  'monitoring policies create' | 'monitoring dashboards create')
    resource "${words[*]:0:2}" "number-$RANDOM$RANDOM"
    cp "${flag_policy_from_file:-}${flag_config_from_file:-}" "$file"
    exit
    ;;
  'monitoring policies update' | 'monitoring dashboards update')
    must_exist "${words[*]:0:2}" "${words[3]}"
    resource "${words[*]:0:2}" "${words[3]}"
    cp "${flag_policy_from_file:-}${flag_config_from_file:-}" "$file"
    exit
    ;;
  'monitoring policies describe')
    [[ ! -e $RECORDER/state/deaf ]] || exit 0 # Keeps no channels.
    resource 'monitoring policies' "${words[3]}"
    grep -o 'projects/[^"]*/notificationChannels/[0-9]*' "$file" | paste -sd ';' || true
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
    resource 'monitoring channels' projects/acme-data/notificationChannels/7
    echo projects/acme-data/notificationChannels/7 | tee "$file"
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
    role="${flag_filter:-}"
    awk -v project="${words[2]}" -v role="${role#bindings.role=}" '$1 == project && $2 == role { print $3 }' \
      "$RECORDER/bindings" 2>/dev/null || true
    exit
    ;;
  'iam service-accounts list')
    description="${flag_filter:-}"
    description="${description#*\'}"
    having 'iam service-accounts' "${description%\'}"
    exit
    ;;
  'run services list')
    name="${flag_filter:-}"
    resource 'run services' "${name#*=}"
    cat "$file" 2>/dev/null || true
    exit
    ;;
esac

must_know_references
for index in "${!words[@]}"; do
  kind="${words[*]:0:index}"
  name="${words[index + 1]:-}"
  if [[ $kind == 'scheduler jobs' && $name == http ]]; then name="${words[index + 2]}"; fi
  if [[ $kind == 'builds triggers' ]]; then name="${flag_name:-}"; fi
  if [[ $kind == 'iam service-accounts' ]]; then name="${name%%@*}"; fi
  resource "$kind" "$name"
  file="$file"
  case "${words[index]}" in
    describe)
      must_exist "$kind" "$name"
      case "${flag_format:-}" in
        'value(status.url)') echo "${SERVICE_URL:-https://$name-123456789012.us-central1.run.app}" ;;
        'value(deleted)') cat "$file" ;;
        'value(writerIdentity)') echo 'serviceAccount:service-123456789012@gcp-sa-logging.iam.gserviceaccount.com' ;;
      esac
      exit
      ;;
    create)
      [[ ! -e $file ]] || refuse "ALREADY_EXISTS: $kind $name"
      printf '%s' "${flag_description:-}" >"$file"
      if [[ $kind == 'iam roles' ]]; then : >"$file"; fi
      exit
      ;;
    deploy)
      resource 'run services' "$name"
      printf '%s' "${flag_region:-}" >"$file"
      if [[ -n ${flag_env_vars_file:-} ]]; then cp "${flag_env_vars_file:-}" "$RECORDER/variables"; fi
      exit
      ;;
    update | update-traffic | modify-push-config)
      must_exist "$kind" "$name"
      if [[ $kind == 'iam service-accounts' ]]; then printf '%s' "${flag_description:-}" >"$file"; fi
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
      echo "$name ${flag_role:-} ${flag_member:-}" >>"$RECORDER/bindings"
      exit
      ;;
    remove-iam-policy-binding)
      [[ $kind == projects ]] || must_exist "$kind" "$name"
      binding="$name ${flag_role:-} ${flag_member:-}"
      grep -Fqx "$binding" "$RECORDER/bindings" || refuse "NOT_FOUND: no binding $binding"
      grep -Fvx "$binding" "$RECORDER/bindings" >"$RECORDER/bindings.left" || true
      mv "$RECORDER/bindings.left" "$RECORDER/bindings"
      exit
      ;;
  esac
done
# Anything else asks for nothing that is kept: services enable, secrets versions add, pubsub topics publish …
# What is sent to standard input is read, as gcloud does.
if [[ ${flag_data_file:-} == - ]]; then cat >"$RECORDER/stdin"; fi
