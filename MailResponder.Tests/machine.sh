# shellcheck shell=sh
# machine.sh - what run.sh and bench.sh change on the machine; both source it
#
# The script that sources it defines say and give_up. It gets a folder of its own, $work, which is deleted at its end.

user=mail_responder
work=$(mktemp -d "${TMPDIR:-/tmp}/responder-$(basename "$0" .sh).XXXXXX")
policy=

clean_up() {
  as_root rm -rf "$work"
  if [ -n "$policy" ]; then as_root rm -f "$policy"; fi
}
trap clean_up EXIT
trap 'exit 75' HUP INT TERM

# Postfix and MariaDB start only as root, and so do apt and useradd.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

# install_packages PACKAGE… - installs those that are missing
install_packages() {
  missing=$(for package; do
    dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q ' installed$' || echo "$package"
  done | tr '\n' ' ')
  if [ -z "$missing" ]; then return; fi
  command -v apt-get >/dev/null || give_up "install these packages first: $missing"
  # The packages' servers must not start on this machine: only their programs are needed.
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    policy=/usr/sbin/policy-rc.d
    printf '#!/bin/sh\nexit 101\n' >"$work/policy-rc.d"
    as_root install -m 755 "$work/policy-rc.d" "$policy"
  fi
  say "installing $missing"
  as_root apt-get update -qq >&2 || say "apt-get update failed: continuing with the existing package lists"
  # shellcheck disable=SC2086 # a list of package names
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
    -o Dpkg::Use-Pty=0 $missing >&2 || give_up "apt-get could not install: $missing"
}

# Adds the user as which Postfix runs the responder.
add_user() {
  if id "$user" >/dev/null 2>&1; then return; fi
  say "adding the system user $user"
  as_root useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user" ||
    give_up "the system user $user is missing"
}
