#!/bin/sh
# publish.sh - build the program as one file, `responder`
#
# usage: publish.sh [--archive] [--kind native|readytorun] [OUTDIR]
#
# Writes OUTDIR/responder and no other file. The default of OUTDIR is dist/ in
# the repository.
#
# With --archive, also writes OUTDIR/responder-VERSION-linux-ARCH.tar.gz. It
# holds the program, install.sh and every file that install.sh installs, so
# that a server needs no .NET SDK. The order, owners and times in the archive
# depend on the commit alone.
#
# Without --kind, builds a native file (NativeAOT), or a ReadyToRun file if the
# native build fails. ReadyToRun takes about nine times the processor time for
# each message.
#
# If root runs it, it installs missing build packages with apt.
#
# Exit status: 0 built, 64 usage error, 69 something is missing on this machine
# or neither kind could be built (standard error has the reason for each kind).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")

usage() {
  echo "usage: publish.sh [--archive] [--kind native|readytorun] [OUTDIR]" >&2
  exit 64
}

say() {
  echo "publish.sh: $*" >&2
}

kinds="native readytorun"
outdir=
archive=
while [ $# -gt 0 ]; do
  case $1 in
    --archive)
      archive=yes
      shift
      ;;
    --kind)
      [ $# -ge 2 ] || usage
      case $2 in
        native | readytorun) kinds=$2 ;;
        *) usage ;;
      esac
      shift 2
      ;;
    -*) usage ;;
    *)
      if [ -n "$outdir" ] || [ -z "$1" ]; then usage; fi
      outdir=$1
      shift
      ;;
  esac
done
outdir=${outdir:-$root/dist}

case $(uname -m) in
  x86_64) rid=linux-x64 ;;
  aarch64 | arm64) rid=linux-arm64 ;;
  *)
    say "neither NativeAOT nor ReadyToRun supports the processor $(uname -m)"
    exit 69
    ;;
esac

if ! command -v dotnet >/dev/null; then
  say "the .NET SDK (10.0) is missing: no dotnet in PATH"
  exit 69
fi

# Prints the path of the static SQLite library, or nothing. gcc knows the multiarch folders.
static_sqlite() {
  found=$(gcc -print-file-name=libsqlite3.a 2>/dev/null) || return 0
  if [ -f "$found" ]; then readlink -f "$found"; fi
}

# Prints the Debian packages that a native build needs and this machine lacks.
missing_packages() {
  command -v gcc >/dev/null || echo gcc
  command -v strip >/dev/null || echo binutils
  [ -f /usr/include/stdio.h ] || echo libc6-dev
  [ -f /usr/include/zlib.h ] || echo zlib1g-dev
  if [ ! -f /usr/include/sqlite3.h ] || { command -v gcc >/dev/null && [ -z "$(static_sqlite)" ]; }; then
    echo libsqlite3-dev
  fi
}

if [ "$kinds" != readytorun ]; then
  missing=$(missing_packages | tr '\n' ' ')
  if [ -n "$missing" ]; then
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
      say "install these packages first: $missing"
      exit 69
    fi
    say "installing $missing"
    # shellcheck disable=SC2086 # a list of package names
    if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y $missing; } >&2; then
      say "apt-get could not install: $missing"
      exit 69
    fi
  fi
fi

# All intermediate files go here, so that the folders and lock files of an ordinary build stay untouched.
work=$(mktemp -d "${TMPDIR:-/tmp}/responder-publish.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 75' HUP INT TERM

commit=unknown
if git -C "$root" rev-parse --git-dir >/dev/null 2>&1; then
  commit=$(git -C "$root" rev-parse --short HEAD)
  [ -z "$(git -C "$root" status --porcelain)" ] || commit=$commit-dirty
fi

# publish KIND - builds $work/KIND/out/responder. On failure, the build's output is in $work/KIND.log.
publish() {
  case $1 in
    native)
      name="NativeAOT net10.0"
      set -- "$1" -p:PublishAot=true -p:StripSymbols=false -p:StaticSqlite="$(static_sqlite)"
      ;;
    readytorun)
      name="ReadyToRun net10.0"
      set -- "$1" -p:PublishReadyToRun=true -p:DebugType=none
      ;;
  esac
  kind=$1
  shift
  DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 dotnet publish "$here/MailResponder.Cli.csproj" \
    -c Release -r "$rid" --artifacts-path "$work/$kind" -o "$work/$kind/out" --disable-build-servers \
    -p:NuGetLockFilePath="$work/no.lock.json" -p:Publishing=true \
    -p:BuildKind="$name" -p:SourceRevisionId="$commit" "$@" >"$work/$kind.log" 2>&1 || return 1
  # Strip only the native file. A single-file bundle is an ELF file followed by assemblies; strip would cut them off.
  case $kind in native) strip "$work/$kind/out/responder" >>"$work/$kind.log" 2>&1 || return 1 ;; esac
}

# Prints the first error of the build of kind $1 on one line, without the path of the project.
reason() {
  first=$(grep -m 1 -E '(error|Error)( [A-Z]+[0-9]+)?( )?:' "$work/$1.log" || tail -n 1 "$work/$1.log")
  echo "$first" | sed -e 's/^.*: *error/error/' -e 's/ \[[^]]*proj\]$//'
}

# Lists the files of a release. In a clone, lists only files that git tracks.
archive_files() {
  (
    cd "$root"
    set -- install.sh postfix rsyslog system aws samples docs README.md SECURITY.md CHANGELOG.md LICENSE
    if [ "$commit" != unknown ]; then git ls-files "$@"; else find "$@" -type f; fi
  )
}

make_archive() {
  name=responder-$("$outdir/responder" --version | cut -d ' ' -f 2)-$rid
  mkdir -p "$work/archive/$name"
  archive_files | tar -C "$root" -cf - -T - | tar -C "$work/archive/$name" -xf -
  cp "$outdir/responder" "$work/archive/$name/"
  time=$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo "${SOURCE_DATE_EPOCH:-0}")
  tar -C "$work/archive" --sort=name --owner=0 --group=0 --numeric-owner --mode=u+rw,go+r,go-w,a+X --mtime="@$time" \
    -cf "$work/$name.tar" "$name"
  gzip -9n "$work/$name.tar"
  mv -f "$work/$name.tar.gz" "$outdir/$name.tar.gz"
  say "built $outdir/$name.tar.gz"
}

for kind in $kinds; do
  if publish "$kind"; then
    mkdir -p "$outdir"
    # Copy to a second name, then rename: a message that arrives meanwhile finds the old program or the new one, whole.
    cp "$work/$kind/out/responder" "$outdir/.responder.new"
    chmod 755 "$outdir/.responder.new"
    mv -f "$outdir/.responder.new" "$outdir/responder"
    say "built $name, commit $commit: $outdir/responder"
    [ "$kind" != readytorun ] ||
      say "note: this file uses the host's SQLite, package libsqlite3-0"
    if [ -n "$archive" ]; then make_archive; fi
    exit 0
  fi
  say "cannot build $name: $(reason "$kind")"
done
say "nothing was built"
exit 69
