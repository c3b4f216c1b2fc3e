#!/bin/sh
# {{title}}
# {{summary}}
#
# For a cluster of your own that may be broken, in its namespace default.
{{notes}}set -u

say() { printf '\n%s\n\n' "$1"; }
answer() { printf '   %s ' "$1"; read -r _ </dev/tty; }
ask() { printf '\n?  %s\n' "$1"; answer 'your guess:'; }
hands() { printf '\n!  %s\n' "$1"; answer 'Enter once it is done'; }
run() { printf '$ %s\n' "$*" >&2; "$@"; }
put() { mkdir -p "$(dirname "$1")" && cat >"$1"; } # path
began=$(date +%s)
at() { # seconds since the beginning
  left=$((began + $1 - $(date +%s)))
  if [ "$left" -gt 0 ]; then sleep "$left"; fi
}
fits() { # word wanted found code
  case $1 in
    exits) [ "$4" = "$2" ] ;;
    prints) [ "$3" = "$2" ] ;;
    contains) case $3 in *"$2"*) ;; *) false ;; esac ;;
    lacks) case $3 in *"$2"*) false ;; esac ;;
    matches) printf '%s\n' "$3" | (while IFS= read -r line; do case $line in $2) exit 0 ;; esac; done; exit 1) ;;
  esac
}
holds() { # word wanted command
  found=$(eval "$3" 2>&1)
  fits "$1" "$2" "$found" "$?"
}
expect() { holds "$@" && echo "ok $3" || { echo "FAILED: $3: $1 $2"; exit 1; }; }
within() { # seconds word wanted command
  end=$(($(date +%s) + $1))
  shift
  until holds "$@"; do
    [ "$(date +%s)" -lt "$end" ] || { echo "FAILED: waited in vain for: $3: $1 $2"; exit 1; }
    sleep 1
  done
}

