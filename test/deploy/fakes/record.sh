# shellcheck shell=bash
# Shared by the stand-ins: writes down what was asked for. RECORDER is the folder of one recorder (../recorder.ts).
# A record is the name and its arguments, each ended by the unit separator, and the record separator at the end. A line end
# in it is the group separator: the commands of a pipe run at the same time, and bash writes line by line.
record() {
  local text
  printf -v text '%s\x1f' "$@"
  printf '%s\x1e\n' "${text//$'\n'/$'\x1d'}" >>"$RECORDER/commands"
}

# Fails the first time that a command matches FAIL_ONCE, as a cloud does now and then.
fail_once() {
  if [[ -n ${FAIL_ONCE:-} && "$*" =~ $FAIL_ONCE && ! -e $RECORDER/failed ]]; then
    touch "$RECORDER/failed"
    refuse 'UNAVAILABLE: try again'
  fi
}

refuse() {
  echo "ERROR: (recorder) $*" >&2
  exit 1
}

# Sets $file to the file that stands for a resource: resource KIND NAME.
# shellcheck disable=SC2034
resource() { file="$RECORDER/state/${1// /.}.${2//\//_}"; }
