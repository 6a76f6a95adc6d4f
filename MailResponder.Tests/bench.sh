#!/bin/sh
# bench.sh - measures the cost of a message against each goal
#
# usage: bench.sh [--json] [--binary FILE] [--runs N] [--rows N] [CASE...]
#
# Cases; all of them if none is named:
#
#   sqlite      a reply of text and HTML, signed, with SQLite and the outbox
#   pool        the same with 3 of 20 links of a pool
#   mariadb     the first case with a private MariaDB: over its socket, by unix_socket login and
#               with a password, and over TCP with TLS
#   ses         the same through a test double of Amazon SES, over TLS on the loopback
#   attachment  the cost that 7 MB add to a reply: outbox, a private Postfix's sendmail, SES
#   robot       a mail that declares itself written by a program
#   unknown     a mail to an address that the response book does not have
#   postfix     replies per second through a private Postfix
#   flat        the same with ten million rows and 2,000 addresses; the daily reset
#
# Each figure is the median of N whole processes (default 25), run in turn with /bin/true, a
# cat of the message, and a Python that does nothing. Prints a table of the goals, or with
# --json everything. Without --binary the program is published first. --rows is for short
# trials of the case `flat`; its goals are for 10000000 rows.
#
# Installs what is missing, like run.sh. The figures are valid only on a machine that does
# nothing else. All cases then take less than ten minutes, and 6 GB below TMPDIR.
#
# Exit status: 0 measured, whether or not the goals are met; 1 if a case could not run;
# 64 usage; 69 if something is missing and could not be installed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")

say() {
  echo "bench.sh: $*" >&2
}

usage() {
  say "usage: bench.sh [--json] [--binary FILE] [--runs N] [--rows N] [CASE...]"
  exit 64
}

is_number() {
  case $1 in '' | 0* | *[!0-9]*) return 1 ;; esac
}

binary=
json=
runs=25
rows=10000000
cases=
while [ $# -gt 0 ]; do
  case $1:$# in
    --json:*)
      json=--json
      shift
      ;;
    --binary:[!1]* | --binary:1?*)
      binary=$2
      shift 2
      ;;
    --runs:[!1]* | --runs:1?*)
      is_number "$2" || usage
      runs=$2
      shift 2
      ;;
    --rows:[!1]* | --rows:1?*)
      is_number "$2" || usage
      rows=$2
      shift 2
      ;;
    sqlite:* | pool:* | mariadb:* | ses:* | attachment:* | robot:* | unknown:* | postfix:* | flat:*)
      case " $cases " in *" $1 "*) usage ;; esac
      cases="$cases $1"
      shift
      ;;
    *) usage ;;
  esac
done

give_up() {
  say "$*"
  exit 69
}

if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
  give_up "run this as root, or install sudo: a private Postfix and a private MariaDB are started"
fi
if [ -n "$binary" ] && [ ! -x "$binary" ]; then give_up "$binary is no program"; fi

# shellcheck source=SCRIPTDIR/machine.sh
. "$here/machine.sh"

install_packages gcc libc6-dev postfix ssl-cert mariadb-server openssl ca-certificates python3
add_user

if [ -z "$binary" ]; then
  "$root/MailResponder.Cli/publish.sh" "$work/dist" >&2 || give_up "publishing failed"
  binary=$work/dist/responder
fi
binary=$(cd "$(dirname "$binary")" && pwd)/$(basename "$binary")

cc -O2 -o "$work/launcher" "$here/Bench/launcher.c" || give_up "launcher.c could not be compiled"

# Postfix's and MariaDB's users pass through the folder; nobody may list it.
chmod 711 "$work"
elevated=
if [ "$(id -u)" -ne 0 ]; then elevated=sudo; fi
# Runs in the background, so that a signal reaches the trap: Python stops its servers, then the folder is deleted. Not
# through as_root, because the signal would then go to the shell that runs the function.
# shellcheck disable=SC2086 # a list of cases, and perhaps --json
$elevated env PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$here/Bench/bench.py" \
  --binary "$binary" --work "$work" --runs "$runs" --rows "$rows" $json $cases &
python=$!
trap 'kill -TERM $python 2>/dev/null || true; wait $python || true; exit 75' HUP INT TERM
status=0
wait $python || status=$?
if [ "$status" -ne 0 ]; then exit "$status"; fi
