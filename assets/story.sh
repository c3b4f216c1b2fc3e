#!/usr/bin/env bash
# {{title}}
# {{summary}}
#
# For a cluster of your own, in a namespace of its own. Lines that ask localhost:8001 need `kubectl proxy` beside them.
set -uo pipefail

say() { printf '\n%s\n\n' "$1"; }
ask() { printf '\n?  %s\n' "$1"; read -r -p '   your guess: ' _ </dev/tty; }
hands() { printf '\n!  %s\n' "$1"; read -r -p '   Enter once it is done ' _ </dev/tty; }
run() { printf '$ %s\n' "$*"; "$@"; }
holds() { # word wanted command
  local found code
  found=$(eval "$3" 2>&1)
  code=$?
  case $1 in
    exits) [ "$code" = "$2" ] ;;
    prints) [ "$found" = "$2" ] ;;
    contains) [[ $found == *"$2"* ]] ;;
    lacks) [[ $found != *"$2"* ]] ;;
    matches) while IFS= read -r line; do [[ $line == $2 ]] && return 0; done <<<"$found"; return 1 ;;
  esac
}
expect() { holds "$@" && echo "ok $3" || { echo "FAILED: $3: $1 $2"; exit 1; }; }
within() { # seconds word wanted command
  local end=$((SECONDS + $1))
  shift
  until holds "$@"; do
    [ "$SECONDS" -lt "$end" ] || { echo "FAILED: waited in vain for: $3: $1 $2"; exit 1; }
    sleep 1
  done
}

