#!/usr/bin/env bash
# Stands in for a command that a test shall only write down: npm, git or sleep.
# shellcheck source=test/deploy/fakes/record.sh
source "${BASH_SOURCE[0]%/*}/record.sh"
record "$STANDS_FOR" "$@"
fail_once "$@"
# A clone is the folder that the page is followed in.
if [[ "$STANDS_FOR ${1:-}" == 'git clone' ]]; then
  name="$(basename "${!#}" .git)"
  [[ -e $name ]] || ln -s "$PWD" "$name"
fi
