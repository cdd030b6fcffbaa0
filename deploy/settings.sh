# shellcheck shell=bash
# Reads the file with the function's settings, strictly, so that what these scripts have checked is what is deployed: one
# KEY: value a line, each key known and there once, nothing else that YAML would also take. Sourced by deploy.sh.

# WEBHOOK_SECRETS is a setting too, but not for a file.
readonly KNOWN_SETTINGS='ALLOWED_CALLERS ALLOWED_PARENTS ALLOWED_VERBS CALLER_AUTH DATASTREAM_ENDPOINT DEFAULT_WAIT MAX_EVENT_AGE MAX_OPERATIONS OIDC_AUDIENCE REQUEST_DEADLINE REQUIRE_REASON'
readonly SETTING_LINE='^([A-Za-z0-9_]+): ([A-Za-z0-9][A-Za-z0-9_.,:/@*+=~-]*|'\''[ -&(-~]+'\'')$'

# True where two names differ by one letter, or by two that are swapped.
alike() { # NAME NAME
  local one="$1" other="$2"
  while [[ -n $one && ${one:0:1} == "${other:0:1}" ]]; do one="${one:1}" other="${other:1}"; done
  while [[ -n $one && ${one: -1} == "${other: -1}" ]]; do one="${one%?}" other="${other%?}"; done
  [[ ${#one} -le 1 && ${#other} -le 1 ]] || [[ ${#one} == 2 && $one == "${other:1}${other:0:1}" ]]
}

# Stops, and names the setting that is meant where one is like it.
refuse_setting() { # NAME
  local known upper
  upper="$(tr '[:lower:]' '[:upper:]' <<<"$1")"
  if alike "$upper" WEBHOOK_SECRETS; then
    fail "$SETTINGS: webhook secrets do not belong into a file. Keep them in Secret Manager and name the version: _SECRET_VERSION=SECRET:VERSION."
  fi
  for known in $KNOWN_SETTINGS; do
    if alike "$upper" "$known"; then fail "$SETTINGS: there is no setting $1. $known is meant?"; fi
  done
  fail "$SETTINGS: there is no setting $1. There are: $KNOWN_SETTINGS."
}

# Sets SETTING_{name} for every line of the file.
read_settings() {
  local line key value number=0 seen=' '
  must_be_file "$SETTINGS"
  while IFS= read -r line || [[ -n $line ]]; do
    number=$((number + 1))
    if [[ -z $line || $line == '#'* ]]; then continue; fi
    [[ $line =~ $SETTING_LINE ]] ||
      fail "$SETTINGS, line $number: write KEY: value, the value without spaces or in single quotes, and nothing behind it."
    key="${BASH_REMATCH[1]}" value="${BASH_REMATCH[2]}"
    [[ " $KNOWN_SETTINGS " == *" $key "* ]] || refuse_setting "$key"
    [[ $seen != *" $key "* ]] || fail "$SETTINGS, line $number: $key stands there twice."
    seen+="$key "
    value="${value#\'}"
    printf -v "SETTING_$key" %s "${value%\'}"
  done <"$SETTINGS"
}

# The settings as gcloud takes them, with what every deployment gets.
print_settings() {
  local key variable
  for key in $KNOWN_SETTINGS; do
    variable="SETTING_$key"
    if [[ -n ${!variable:-} ]]; then printf "%s: '%s'\n" "$key" "${!variable}"; fi
  done
  printf "NODE_OPTIONS: '%s'\n" "$NODE_OPTIONS_VALUE"
}

# Stops where a setting does not go with the way in which the service is deployed.
check_settings() {
  local deadline="${SETTING_REQUEST_DEADLINE:-55s}"
  [[ ${SETTING_CALLER_AUTH:-iam} =~ ^(iam|verify)$ ]] || fail "$SETTINGS: CALLER_AUTH is iam or verify."
  # Else Cloud Run would cut the request off, and nobody would get an answer.
  [[ ! $deadline =~ ^([0-9]{1,9})([.][0-9]+)?s$ ]] || ((10#${BASH_REMATCH[1]} < ${REQUEST_TIMEOUT%s})) ||
    fail "$SETTINGS: REQUEST_DEADLINE must be below the $REQUEST_TIMEOUT that Cloud Run gives a request (REQUEST_TIMEOUT in deploy/config.sh)."
  [[ $PUBLIC == true ]] || return 0
  [[ ${SETTING_CALLER_AUTH:-} == verify ]] || fail "A public service needs CALLER_AUTH: verify in $SETTINGS."
  [[ -n ${SETTING_OIDC_AUDIENCE:-}$SECRET_VERSION ]] ||
    fail "A public service needs a proof that callers can give: OIDC_AUDIENCE in $SETTINGS, or _SECRET_VERSION."
  # A Google-signed token alone says little: anybody can have one signed, for any audience.
  [[ -z ${SETTING_OIDC_AUDIENCE:-} || -n ${SETTING_ALLOWED_CALLERS:-} ]] ||
    fail "A public service with OIDC_AUDIENCE needs ALLOWED_CALLERS in $SETTINGS: without it every Google account may call."
}
