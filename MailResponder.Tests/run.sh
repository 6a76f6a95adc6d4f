#!/bin/sh
# run.sh - runs every test, on a machine with the .NET SDK and apt
#
# usage: run.sh [--filter EXPRESSION] [--soak MESSAGES] [--fuzz LIMIT] [--seed NUMBER]
#
# Installs what the tests need, adds the system user as which Postfix runs the
# responder, builds, publishes, runs the tests against the published file, and
# ends with one line:
#
#   N passed, N failed[, N skipped]
#
# Each failed test is run once more, alone. If it passes then, it counts as passed, and the lines before the last
# one list it under "unsteady:", with its first failure (verdict.py).
#
# --filter is passed to `dotnet test` unchanged. --soak sets how many messages the
# soak test sends (default 1500), for half an hour at most, and prints its results.
# --fuzz sets how long the fuzzer runs: seconds with an s, like 600s, or a number of
# executions (default 30s). --seed makes it use other inputs. Exit status: 0 if at
# least one test ran and none failed twice, else 1; 64 usage; 69 if something is
# missing and could not be installed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")

say() {
  echo "run.sh: $*" >&2
}

filter=
soak=
fuzz=
seed=
while [ $# -gt 0 ]; do
  case $1:$# in
    --filter:[!1]*) filter=$2 ;;
    --soak:[!1]*) soak=$2 ;;
    --fuzz:[!1]*) fuzz=$2 ;;
    --seed:[!1]*) seed=$2 ;;
    *)
      say "usage: run.sh [--filter EXPRESSION] [--soak MESSAGES] [--fuzz LIMIT] [--seed NUMBER]"
      exit 64
      ;;
  esac
  shift 2
done

give_up() {
  say "$*"
  echo "0 passed, 0 failed"
  exit 69
}

if ! command -v dotnet >/dev/null; then give_up "the .NET SDK (10.0) is missing: no dotnet in PATH"; fi
if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
  give_up "run this as root, or install sudo: the tests start a private Postfix"
fi

# shellcheck source=SCRIPTDIR/machine.sh
. "$here/machine.sh"

install_packages gcc binutils libc6-dev zlib1g-dev libsqlite3-dev libsqlite3-0 sqlite3 \
  postfix dovecot-imapd swaks libnet-ssleay-perl python3 python3-dkim opendkim-tools bsdutils mariadb-server \
  rsyslog logrotate cron fail2ban python3-systemd logwatch chrony shellcheck systemd iproute2 git \
  opendkim opendmarc publicsuffix librust-idna-dev dnsmasq-base ssl-cert debootstrap minisign util-linux \
  prometheus nftables mutt s-nail bsd-mailx msmtp alpine nmh git-email libmime-tools-perl mpack ripmime
if ! command -v npm >/dev/null; then install_packages npm; fi
add_user

# Third-party servers that the tests start, mail programs, and AWS's specification of its resources. They are kept for
# the next run.
npm_folder=${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/mail_responder-tests/npm
for package in aws-ses-local@1.3.0 s3rver@3.7.1 @aws-cdk/aws-service-spec@0.1.216 yaml@2.9.1 \
  nodemailer@10.6.1 mailparser@3.14.2 letterparser@0.1.8; do
  if ! grep -qs "\"version\": \"${package##*@}\"" "$npm_folder/node_modules/${package%@*}/package.json"; then
    say "installing $package into $npm_folder"
    npm install --silent --no-audit --no-fund --prefix "$npm_folder" "$package" >&2 ||
      give_up "npm could not install $package"
  fi
done

# Fresh servers for the tests of install.sh. They are kept for the next run too. Made while the program is built: they
# wait for the network.
roots_folder=${npm_folder%/npm}/roots
make_root() {
  as_root env PATH="$PATH" "$here/Install/make-root.sh" "$1" "$roots_folder/$1"
}
make_roots() {
  for suite in bookworm trixie; do
    make_root "$suite" || return
  done
  for suite in jammy noble; do
    make_root "$suite" || say "NOT TESTED: install.sh on Ubuntu $suite, because no root could be made"
  done
}
make_roots &
roots=$!

cd "$root"
export DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
MailResponder.Cli/publish.sh --archive "$work/dist" >&2 &
program=$!

failed_before_tests() {
  say "$*"
  wait "$roots" "$program" || true
  echo "0 passed, 0 failed"
  exit 1
}

dotnet build MailResponder.sln --disable-build-servers >&2 || failed_before_tests "the build failed"
wait "$program" || failed_before_tests "publishing failed"
wait "$roots" || give_up "no Debian root could be made for the tests of install.sh"

# The library, not the project: MSBuild would interpret the quotation marks in a filter.
set -- dotnet test MailResponder.Tests/bin/Debug/net10.0/MailResponder.Tests.dll
# mktemp makes the folder for this user alone, but mail_responder must reach the program in it.
chmod 755 "$work"
tests() {
  as_root env PATH="$PATH" DOTNET_CLI_HOME="$work" RESPONDER_BINARY="$work/dist/responder" \
    RESPONDER_NPM="$npm_folder/node_modules" RESPONDER_SOAK="$soak" RESPONDER_SOAK_REPORT="$work/soak" \
    RESPONDER_ROOTS="$roots_folder" RESPONDER_FUZZ="$fuzz" RESPONDER_FUZZ_SEED="$seed" \
    DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 PYTHONDONTWRITEBYTECODE=1 "$@"
}
status=0
tests "$@" ${filter:+--filter "$filter"} --logger "trx;LogFileName=results.trx" --logger "console;verbosity=normal" \
  --results-directory "$work" >&2 || status=$?
if [ -n "$soak" ] && [ -s "$work/soak" ]; then cat "$work/soak" >&2; fi
tests /usr/bin/python3 MailResponder.Tests/verdict.py "$status" "$work" "$@"
