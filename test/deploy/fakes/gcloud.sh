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
  if [[ $account == datastream-cancel*@* ]]; then
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
    echo 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
    exit
    ;;
  'projects describe '*)
    echo 123456789012
    exit
    ;;
  'projects get-iam-policy '*)
    # What revoke_project asks: is there this binding?
    filter="$(flag filter)"
    role="${filter##*bindings.role=}"
    member="${filter#bindings.members=}"
    if [[ -e "$(resource "binding ${words[2]}" "${member%% AND*} $role")" ]]; then echo "$role"; fi
    exit
    ;;
  'monitoring policies list')
    cat "$RECORDER/state/alert" 2>/dev/null || true
    exit
    ;;
  'monitoring policies create')
    echo projects/acme-data/alertPolicies/1 | tee "$RECORDER/state/alert"
    exit
    ;;
  'monitoring policies delete '*)
    rm "$RECORDER/state/alert"
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
        'value(status.url)') echo "${SERVICE_URL:-https://datastream-operation-cancel-123456789012.us-central1.run.app}" ;;
        'value(deleted)') cat "$file" ;;
        'value(writerIdentity)') echo 'serviceAccount:service-123456789012@gcp-sa-logging.iam.gserviceaccount.com' ;;
      esac
      exit
      ;;
    create)
      [[ ! -e $file ]] || refuse "ALREADY_EXISTS: $kind $name"
      touch "$file"
      exit
      ;;
    deploy)
      touch "$(resource 'run services' "$name")"
      exit
      ;;
    update | update-traffic)
      must_exist "$kind" "$name"
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
      if [[ $kind == projects ]]; then
        touch "$(resource "binding $name" "$(flag member) $(flag role)")"
      else
        must_exist "$kind" "$name"
      fi
      exit
      ;;
    remove-iam-policy-binding)
      if [[ $kind == projects ]]; then
        rm "$(resource "binding $name" "$(flag member) $(flag role)")"
      else
        must_exist "$kind" "$name"
      fi
      exit
      ;;
  esac
done
# Anything else asks for nothing that is kept: services enable, secrets versions add, pubsub topics publish …
# What is sent to standard input is read, as gcloud does.
if [[ $(flag data-file) == - ]]; then cat >"$RECORDER/stdin"; fi
