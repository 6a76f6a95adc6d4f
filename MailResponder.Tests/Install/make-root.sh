#!/bin/sh
# make-root.sh - makes the files of a fresh server, for the tests that install one
#
# usage: make-root.sh bookworm|trixie|jammy|noble FOLDER
#
# Makes two roots of that release with debootstrap, as root and with the host's network:
#
#   FOLDER/bare       the result of debootstrap, with the packages that install.sh installs in apt's cache, so that
#                     apt-get can install them without a network
#   FOLDER/packages   the same, with install.sh's default packages installed but not configured by it
#
# The tests never write to them: each mounts a file system of its own on top (ServerRoot.cs). FOLDER/packages.list names
# the packages for which the roots were made. A complete FOLDER with these packages is kept; otherwise it is made anew.
#
# Exit status: 0 the roots exist, 64 usage, 69 they could not be made.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)

say() {
  echo "make-root.sh: $*" >&2
}

if [ $# -ne 2 ] || [ -z "$2" ]; then
  say "usage: make-root.sh bookworm|trixie|jammy|noble FOLDER"
  exit 64
fi
suite=$1
folder=$2

# Prints a variable of install.sh that names packages. Each is on a single line.
wanted() {
  sed -n "s/^$1=\"\(.*\)\"\$/\1/p" "$repository/install.sh"
}
packages="$(wanted packages) $(wanted authentication_packages)"
optional="$(wanted mysql_packages) $(wanted ssh_packages)"
if [ -z "${packages%% *}" ]; then
  say "install.sh names no packages"
  exit 69
fi

if [ -e "$folder/packages.list" ] && [ "$(cat "$folder/packages.list")" = "$packages $optional" ]; then exit 0; fi

# shellcheck disable=SC2016 # apt expands this
# Prints the mirror that this machine's apt uses for the release, if any; without it debootstrap uses its own.
mirror() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $suite" 2>/dev/null | head -n 1
}

bootstrap() {
  case $suite in
    bookworm | trixie) debootstrap --variant=minbase "$suite" "$work/bare" "$(mirror)" ;;
    # No package of Debian contains Ubuntu's archive key. A root that only tests use, and that is discarded, may do
    # without it. Inside the root, apt verifies packages with the root's own key.
    jammy) debootstrap --variant=minbase --no-check-gpg --components=main,universe jammy "$work/bare" "$(mirror)" ;;
    # Debian 12's debootstrap does not know noble; all its scripts for Ubuntu are the same.
    noble)
      debootstrap --variant=minbase --no-check-gpg --components=main,universe noble "$work/bare" "$(mirror)" gutsy
      ;;
    *)
      say "no recipe for $suite"
      exit 64
      ;;
  esac
}

# shellcheck disable=SC2016 # the inner shell expands this
# in_root ROOT COMMAND… - runs a command with the host's network; no daemon is started
in_root() {
  inside=$1
  shift
  unshare --mount --pid --fork --kill-child sh -euc '
    root=$1; shift
    mount -t proc proc "$root/proc"
    exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C DEBIAN_FRONTEND=noninteractive "$@"
  ' in_root "$inside" "$@"
}

fetch() {
  cp -L /etc/resolv.conf "$work/bare/etc/resolv.conf"
  printf '#!/bin/sh\nexit 101\n' >"$work/bare/usr/sbin/policy-rc.d"
  chmod 755 "$work/bare/usr/sbin/policy-rc.d"
  in_root "$work/bare" apt-get update -qq
  # shellcheck disable=SC2086 # lists of package names
  in_root "$work/bare" apt-get install -qq -y --download-only --no-install-recommends $packages $optional
}

install_packages() {
  cp -a "$work/bare" "$work/packages"
  # shellcheck disable=SC2086 # a list of package names
  in_root "$work/packages" apt-get install -qq -y --no-install-recommends \
    -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-unsafe-io $packages
  for root in "$work/bare" "$work/packages"; do
    rm "$root/usr/sbin/policy-rc.d"
    : >"$root/etc/resolv.conf"
  done
}

rm -rf "$folder"
mkdir -p "$(dirname "$folder")"
work=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 75' HUP INT TERM

say "making a $suite root in $folder"
for step in bootstrap fetch install_packages; do
  # Not in a condition, which would also turn set -e off inside.
  set +e
  (set -eu; "$step") >"$work/log" 2>&1
  status=$?
  set -e
  if [ "$status" -ne 0 ]; then
    say "no $suite root, $step failed: $(tail -n 3 "$work/log")"
    exit 69
  fi
done
rm "$work/log"
chmod 755 "$work"
echo "$packages $optional" >"$work/packages.list"
mv "$work" "$folder"
