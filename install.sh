#!/bin/sh
# install.sh - sets up a responder on a bare Debian 12/13 or Ubuntu 22.04/24.04 server
#
# usage: sudo ./install.sh [--domain D]… [--add-domain D]… [--remove-domain D]… [--hostname H] [--from ADDR]
#        [--support ADDR] [--database sqlite|mysql] [--ses-region R] [--outgoing-tls encrypt|may|dane]
#        [--strict-recipients] [--no-authentication] [--feedback-queue URL] [--mail-log-days N] [--textfiles DIR]
#        [--ssh-port N] [--no-packages] [--dry-run] [--uninstall] [--help]
#
#   --domain D            a domain to answer for. The first run needs at least one; several may be given. A later run
#                         is refused if its --domain options would drop a domain
#   --add-domain D        another domain to answer for
#   --remove-domain D     stop answering for a domain
#   --hostname H          this host's name in DNS (default: the output of `hostname -f`)
#   --from ADDR           From of the replies; people read this address (default: support@ the first domain)
#   --support ADDR        where to forward mail to support, root and postmaster (default: it stays on this host)
#   --database KIND       sqlite: a file (default); mysql: MariaDB on this host, where mail_responder logs in as its
#                         Unix user (no password)
#   --ses-region R        send through Amazon SES in this region; otherwise through this host's Postfix
#   --outgoing-tls LEVEL  encryption of outgoing mail. encrypt: required, else mail waits (default); may: in the clear
#                         if the other side has no encryption; dane: with the key published through DNSSEC if the
#                         domain has one, else like may. dane needs name servers that validate DNSSEC (docs/tls.md)
#   --strict-recipients   reject addresses that are not in the response book, instead of dropping their mail
#   --no-authentication   do not install opendkim and opendmarc, which authenticate senders; attachments then go to
#                         any address in From. --authentication on a later run installs them
#   --feedback-queue URL  fetch the bounces and complaints that Amazon SES reports from this SQS queue every ten
#                         minutes; set the topic in the settings (docs/feedback.md). none: stop doing that
#   --mail-log-days N     keep Postfix's log and the journal, which name senders, for N days (default: 7)
#   --textfiles DIR       write the metrics for Prometheus every minute into DIR, which node_exporter's textfile
#                         collector reads (Debian's package: /var/lib/prometheus/node-exporter). none: stop doing that
#   --ssh-port N          install fail2ban, and have it watch SSH on this port
#   --no-packages         install no packages; list the missing ones
#   --dry-run             change nothing; print one line for each change, but none for services to restart. Without
#                         Postfix on the host, one line stands for all of its parameters, services and tables
#   --uninstall           undo all changes, Postfix first, which is stopped meanwhile; settings, keys, database, logs
#                         and packages stay
#
# Run it from a clone (with dist/responder, which MailResponder.Cli/publish.sh builds) or from an unpacked release,
# where the program is next to it. Options are remembered: a later run needs only those that change.
#
# You can run it at any time, and again after it was interrupted. It changes only what is not yet as it should be; if
# nothing has to change, it prints "nothing to do". It keeps what was edited since (files, Postfix parameters and
# services, aliases), lists it as "kept, edited", and puts the new version of a file next to the edited one as FILE.new
# (in /etc/logrotate.d as FILE.dpkg-dist, which logrotate ignores). Only --outgoing-tls, --hostname, --strict-recipients
# and --authentication, when given, override edits of the parameters that they set. What was removed is put back: to get
# the original of an edited file, move the file away and run it again. Only the response book and the keys are never
# replaced.
#
# It records its changes in /var/backups/mail_responder. docs/install.md lists every file.
#
# Exit status: 0 done, 64 usage, 66 a file to install is missing, or the program does not run here, 69 not Debian or
# Ubuntu, or something is missing, 75 interrupted, or another install.sh is running, 77 not root, 78 Postfix rejected
# the configuration, and the old one was restored, or it was faulty before; or the response book or a key was lost, or
# the new program could not use the book or the settings.
set -eu

# make-root.sh of the tests reads these four lines.
packages="postfix ssl-cert rsyslog cron logrotate chrony ca-certificates logwatch"
authentication_packages="opendkim opendmarc dbconfig-no-thanks"
mysql_packages="mariadb-server"
ssh_packages="fail2ban nftables iptables python3-systemd"

# The caller's language, search path and umask must not affect the result.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH}
LC_ALL=C
export PATH LC_ALL
umask 022

here=$(cd "$(dirname "$0")" && pwd)
user=mail_responder
etc=/etc/mail_responder
home=/var/lib/mail_responder
forwarder_home=/var/lib/forwarder
binary=/usr/local/bin/responder
state=/var/backups/mail_responder
unfinished=.mail_responder-unfinished
changes=0
work=
made_postfix=
alias_before="# before install.sh: "

# The options that hold until a later run changes them, as variables; besides them the domains.
lasting="hostname from support database region outgoing_tls strict authentication feedback_queue mail_log_days"
lasting="$lasting textfiles ssh_port"

# --- Messages and records

complain() {
  echo "install.sh: $*" >&2
}

# die STATUS TEXT…
die() {
  die_status=$1
  shift
  complain "$@"
  exit "$die_status"
}

note() {
  echo "note: $*"
}

# step TEXT… - prints a change; true unless this is a dry run.
step() {
  changes=$((changes + 1))
  if [ -n "$dry_run" ]; then
    echo "would $*"
    return 1
  fi
  echo "$*"
}

# Facts are files below $state. A run handles hundreds of them, so reading one starts no process.

# record NAME [LINE] - stores a fact, an empty one without LINE, completely or not at all.
record() {
  begin_record "$1"
  if [ $# -gt 1 ]; then printf '%s\n' "$2"; fi >"$state/$1$unfinished"
  mv "$state/$1$unfinished" "$state/$1"
}

# record_file NAME FILE - stores the content of a file as a fact, completely or not at all.
record_file() {
  begin_record "$1"
  cat "$2" >"$state/$1$unfinished"
  mv "$state/$1$unfinished" "$state/$1"
}

begin_record() {
  record_folder=$state/$1
  record_folder=${record_folder%/*}
  [ -d "$record_folder" ] || mkdir -p "$record_folder"
}

# recall NAME - sets $fact to the line of a fact, or to nothing.
recall() {
  read_line "$state/$1"
}

# read_line FILE - sets $fact to the first line of the file, or to nothing.
read_line() {
  fact=
  if [ -f "$1" ]; then IFS= read -r fact <"$1" || true; fi
}

# is_recorded NAME [LINE] - true if there is a fact that is not empty; with LINE, if it is that line.
is_recorded() {
  recall "$1"
  [ -n "$fact" ] && [ "$fact" = "${2-$fact}" ]
}

# forget NAME…
forget() {
  for forgotten; do
    shift
    set -- "$@" "$state/$forgotten"
  done
  rm -f "$@"
}

# kept WHAT - notes an edit that this run does not change.
kept() {
  echo "$1" >>"$work/kept"
}

# read_hash FILE - sets $hash to the SHA-256 of the file, or to nothing.
read_hash() {
  hash=
  if [ -f "$1" ]; then hash=$(sha256sum <"$1"); fi
  hash=${hash%% *}
}

# names_below DIRECTORY - prints the names of the facts below it, with their folders.
names_below() {
  if [ -d "$state/$1" ]; then (cd "$state/$1" && find . -type f ! -name "*$unfinished" | sed 's/^\.//' | sort); fi
}

# --- Options

usage() {
  complain "$@"
  complain "install.sh --help shows the options"
  exit 64
}

# The manual is the first comment of this file.
manual() {
  sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p;}' "$here/install.sh"
}

is_domain() {
  [ "${#1}" -le 253 ] && echo "$1" | grep -qxE '([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?'
}

is_address() {
  echo "${1%@*}" | grep -qxE '[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*' && is_domain "$(lower "${1##*@}")" &&
    [ "$1" != "${1%@*}" ]
}

lower() {
  printf '%s\n' "$1" | tr '[:upper:]' '[:lower:]'
}

# remembered NAME - prints an option of an earlier run.
remembered() {
  if [ -f "$state/options" ]; then sed -n "s/^$1=//p" "$state/options"; fi
}

read_options() {
  for option in domains added removed $lasting no_packages dry_run uninstall; do
    eval "$option="
  done
  given=$*
  while [ $# -gt 0 ]; do
    case $1 in
      --domain | --add-domain | --remove-domain | --hostname | --from | --support | --database | --ses-region | \
        --outgoing-tls | --feedback-queue | --mail-log-days | --textfiles | --ssh-port)
        if [ $# -lt 2 ] || [ -z "$2" ]; then usage "$1 needs a value"; fi
        read_value "$1" "$2"
        shift
        ;;
      --strict-recipients) strict=yes ;;
      --authentication) authentication=yes ;;
      --no-authentication) authentication=no ;;
      --no-packages) no_packages=yes ;;
      --dry-run) dry_run=yes ;;
      --uninstall) uninstall=yes ;;
      --help | -h)
        manual
        exit 0
        ;;
      *) usage "unknown option: $1" ;;
    esac
    shift
  done
}

# read_value OPTION VALUE - checks and stores a value. Later code writes it into files without checking it again.
read_value() {
  case $1 in
    --domain | --add-domain | --remove-domain)
      is_domain "$(lower "$2")" || usage "$1 $2: not a domain name such as example.com"
      case $1 in
        --domain) domains=$(with "$(lower "$2")" "$domains") ;;
        --add-domain) added=$(with "$(lower "$2")" "$added") ;;
        --remove-domain) removed=$(with "$(lower "$2")" "$removed") ;;
      esac
      ;;
    --hostname)
      is_domain "$(lower "$2")" || usage "--hostname $2: not a host name with its domain, such as mail.example.com"
      hostname=$(lower "$2")
      ;;
    --from)
      is_address "$2" || usage "--from $2: not an address such as support@example.com"
      from=$2
      ;;
    --support)
      is_address "$2" || usage "--support $2: not an address such as team@example.org"
      support=$2
      ;;
    --database)
      case $2 in sqlite | mysql) ;; *) usage "--database $2: neither sqlite nor mysql" ;; esac
      database=$2
      ;;
    --ses-region)
      echo "$2" | grep -qxE '[a-z]{2}(-[a-z]+)+-[0-9]' || usage "--ses-region $2: not a region such as eu-west-1"
      region=$2
      ;;
    --outgoing-tls)
      case $2 in encrypt | may | dane) ;; *) usage "--outgoing-tls $2: none of encrypt, may and dane" ;; esac
      outgoing_tls=$2
      ;;
    --feedback-queue)
      [ "$2" = none ] || echo "$2" | grep -qxE 'https://[a-z0-9.-]+(/[A-Za-z0-9._-]+)+' ||
        usage "--feedback-queue $2: not the URL of a queue," \
          "such as https://sqs.eu-west-1.amazonaws.com/123456789012/name"
      feedback_queue=$2
      ;;
    --mail-log-days)
      { echo "$2" | grep -qxE '[1-9][0-9]{0,2}' && [ "$2" -le 365 ]; } ||
        usage "--mail-log-days $2: not a number of days from 1 to 365"
      mail_log_days=$2
      ;;
    --textfiles)
      [ "$2" = none ] || { echo "$2" | grep -qxE '(/[A-Za-z0-9._-]+)+' && [ -d "$2" ]; } ||
        usage "--textfiles $2: not an existing folder, such as /var/lib/prometheus/node-exporter"
      textfiles=$2
      ;;
    --ssh-port)
      { echo "$2" | grep -qxE '[1-9][0-9]{0,4}' && [ "$2" -le 65535 ]; } ||
        usage "--ssh-port $2: not a port from 1 to 65535"
      ssh_port=$2
      ;;
  esac
}

# is_among WORD LIST
is_among() {
  case " $2 " in *" $1 "*) return 0 ;; esac
  return 1
}

# with WORD LIST - prints the list, with the word appended if the list lacks it.
with() {
  if is_among "$1" "$2"; then echo "$2"; else echo "${2:+$2 }$1"; fi
}

# Sets $domains to the domains of earlier runs and of this one, without those to remove.
complete_domains() {
  before=$(remembered domains)
  all=$before
  new=
  for domain in $domains $added; do
    is_among "$domain" "$all" || new="$new --add-domain $domain"
    all=$(with "$domain" "$all")
  done
  for domain in $removed; do
    is_among "$domain" "$all" || usage "--remove-domain $domain: not one of the domains answered for: $all"
  done
  if [ -n "$domains" ]; then
    keep="omit --domain"
    if [ -n "$new" ]; then keep="use$new instead"; fi
    for domain in $before; do
      is_among "$domain" "$domains $removed" ||
        usage "--domain would drop $domain. To keep it, $keep; to drop it, add --remove-domain $domain"
    done
  fi
  domains=
  for domain in $all; do
    is_among "$domain" "$removed" || domains=$(with "$domain" "$domains")
  done
}

complete_options() {
  complete_domains
  if [ -f "$state/options" ]; then
    while IFS= read -r line; do
      option=${line%%=*}
      if is_among "$option" "$lasting"; then eval "$option=\${$option:-\${line#*=}}"; fi
    done <"$state/options"
  fi

  if [ -z "$domains" ] && [ -n "$removed" ]; then usage "no domain would be left: to remove all, use --uninstall"; fi
  [ -n "$domains" ] || usage "no domain to answer for: the first run needs --domain"
  first_domain=${domains%% *}
  if [ -z "$hostname" ]; then
    hostname=$(lower "$(hostname -f 2>/dev/null || true)")
    is_domain "$hostname" ||
      usage "hostname -f prints \"$hostname\", which is no host name in a domain: give --hostname"
  fi
  from=${from:-support@$first_domain}
  if is_among "$(lower "${from##*@}")" "$removed"; then
    usage "--remove-domain ${from##*@}: replies come from $from, and people answer to it: give --from too"
  fi
  bounce=bounces@$first_domain
  database=${database:-sqlite}
  outgoing_tls=${outgoing_tls:-encrypt}
  authentication=${authentication:-yes}
  mail_log_days=${mail_log_days:-7}
}

remember_options() {
  for option in domains $lasting; do eval "echo \"$option=\$$option\""; done >"$work/options"
  if ! cmp -s "$work/options" "$state/options"; then
    if step "remember these options: answer for $domains on $hostname, from $from"; then
      record_file options "$work/options"
    fi
  fi
}

# --- Requirements

check_system() {
  [ "$(id -u)" -eq 0 ] || die 77 "run this as root, for instance with sudo"
  system=$(sed -n 's/^\(ID\|ID_LIKE\)=//p' /etc/os-release 2>/dev/null | tr -d '"' | tr '\n' ' ')
  case " $system " in
    *" debian "* | *" ubuntu "*) ;;
    *) die 69 "this is neither Debian nor Ubuntu; docs/install.md lists what install.sh would do" ;;
  esac
  command -v dpkg-query >/dev/null || die 69 "there is no dpkg on this system"
}

find_binary() {
  for source in "$here/responder" "$here/dist/responder"; do
    if [ -f "$source" ]; then
      # Also detects a program for another processor or a newer C library.
      version=$("$source" --version) || die 66 "$source does not run on this host"
      return
    fi
  done
  if command -v dotnet >/dev/null && [ -z "$dry_run" ]; then
    "$here/MailResponder.Cli/publish.sh" >&2 9>&- || die 66 "the program could not be built"
    version=$("$source" --version)
  else
    die 66 "there is no program to install: run MailResponder.Cli/publish.sh first, or unpack a release"
  fi
}

# Without DNSSEC the level dane would act as may, and only Postfix's log would say so. Checks before the option is
# remembered; later, doctor checks it.
check_resolver() {
  if [ "$outgoing_tls" != dane ] || [ "$(remembered outgoing_tls)" = dane ]; then return; fi
  "$source" doctor --resolver >"$work/said" ||
    die 69 "--outgoing-tls dane: $(head -n 1 "$work/said")"
}

# Only the program that rendered the last good book can use it. With a faulty book, a new program would answer nobody.
# Without a book, as on a host whose first message fetches it from S3, there is no last good one either. No book has the
# requested address below, so no attachment is read.
check_book() {
  if [ ! -e /usr/local/bin/responder ] || cmp -s "$source" /usr/local/bin/responder; then return; fi
  book=$(sed -n 's/^ *"response_book": *"\(.*\)".*/\1/p' "$etc/settings.json" 2>/dev/null) || true
  if [ ! -e "$book" ]; then return; fi
  printf 'From: upgrade@install.invalid\n\n' |
    "$source" --dry-run --recipient nobody@install.invalid >/dev/null 2>&1 ||
    die 78 "with the present response book and settings, the new program would answer nobody: run" \
      "$source config check, and correct what it lists; nothing was changed"
}

# Sets $installed to the names of the installed packages.
list_installed() {
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | tr '\n' ' ')
}

is_installed() {
  is_among "$1" "$installed"
}

install_packages() {
  list_installed
  wanted=$packages
  if [ "$authentication" = yes ]; then wanted="$wanted $(missing_filters)"; fi
  if [ "$database" = mysql ]; then wanted="$wanted $mysql_packages"; fi
  if [ -n "$ssh_port" ]; then wanted="$wanted $ssh_packages"; fi
  missing=
  for package in $wanted; do
    is_installed "$package" || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  if [ -n "$no_packages" ]; then
    note "these packages are missing:$missing"
    # .NET loads OpenSSL by this name when it first needs a key.
    ldconfig -p | grep -q 'libssl\.so\.3 ' || die 69 "libssl3 is missing: install the packages first"
  elif step "install the packages$missing"; then
    {
      if [ -f "$state/packages" ]; then cat "$state/packages"; fi
      echo "$missing" | tr ' ' '\n' | sed '/^$/d'
    } | sort -u >"$work/packages"
    record_file packages "$work/packages"
    apt_install "$missing" || die 69 "apt-get could not install the packages$missing: $(tail -n 5 "$work/apt")"
    list_installed
  fi
}

# missing_filters - prints the packages of the missing mail filters. opendmarc wants a database for a history, which we
# do not keep: dbconfig-no-thanks declines it. If another program uses dbconfig, only opendmarc's question is declined.
missing_filters() {
  if is_installed opendkim && is_installed opendmarc; then return; fi
  if is_installed dbconfig-mysql || is_installed dbconfig-pgsql || is_installed dbconfig-sqlite3; then
    echo "${authentication_packages% *}"
  else
    echo "$authentication_packages"
  fi
}

# Prevents all questions: of debconf, of dpkg about edited files, and of Ubuntu's needrestart.
apt_install() {
  if ! is_installed postfix; then
    made_postfix=yes
    printf 'postfix postfix/main_mailer_type select Internet Site\npostfix postfix/mailname string %s\n' "$hostname" |
      debconf-set-selections
  fi
  case $1 in *opendmarc*) echo 'opendmarc opendmarc/dbconfig-install boolean false' | debconf-set-selections ;; esac
  export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
  # An earlier run may have been interrupted during dpkg.
  dpkg --configure -a </dev/null >"$work/apt" 2>&1
  apt-get update -qq </dev/null >>"$work/apt" 2>&1 ||
    complain "apt-get update failed: continuing with the existing package lists"
  # shellcheck disable=SC2086 # a list of package names
  apt-get install -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold $1 </dev/null >>"$work/apt" 2>&1
} 9>&-

make_users() {
  make_user "$user" "$home"
  make_user forwarder "$forwarder_home"
}

# make_user NAME HOME - useradd that was interrupted, or found the disk full, leaves a user without a group, and one who
# was made before by other means may be in another group.
make_user() {
  if ! getent passwd "$1" >/dev/null; then
    step "add the user $1, without a login" || return 0
    record "users/$1"
    getent group "$1" >/dev/null || groupadd --system "$1"
    useradd --system --gid "$1" --home-dir "$2" --no-create-home --shell /usr/sbin/nologin "$1"
  elif [ "$(id -gn "$1" 2>/dev/null)" != "$1" ]; then
    step "give the user $1 the group $1" || return 0
    getent group "$1" >/dev/null || groupadd --system "$1"
    usermod --gid "$1" "$1"
  fi
}

# --- Files

# folder PATH MODE OWNER:GROUP
folder() {
  if [ ! -d "$1" ]; then
    if step "make the folder $1"; then
      mkdir -p "$(dirname "$1")"
      mkdir "$1"
    fi
  fi
  settle "$1" "$2" "$3"
}

# settle PATH MODE OWNER:GROUP - sets mode (without a leading zero) and owner.
settle() {
  if [ -e "$1" ] && [ "$(stat -c '%a %U:%G' "$1")" != "$2 $3" ]; then
    if step "give $1 the mode $2 and the owner $3"; then
      chown "$3" "$1"
      chmod "$2" "$1"
    fi
  fi
}

# users_folder PATH MODE - makes a folder below $home. $user could replace it by a link to anything, and root's chown
# and chmod would follow that link. So $user makes the folder, and root only checks it.
users_folder() {
  if [ ! -d "$1" ]; then
    step "make the folder $1" || return 0
  elif [ "$(stat -L -c '%a %U' "$1")" != "$2 $user" ]; then
    step "give $1 the mode $2" || return 0
  else
    return 0
  fi
  # shellcheck disable=SC2016 # the inner shell's own arguments
  as_user sh -c '[ -d "$1" ] || mkdir "$1"; chmod "$2" "$1"' sh "$1" "$2" 2>"$work/said" ||
    complain "$1 is not a folder of $user, and was left unchanged; find out who changed it: $(cat "$work/said")"
}

# service_of FILE - prints the service that reads the file when it starts.
service_of() {
  case $1 in
    /etc/rsyslog.d/*) echo rsyslog ;;
    /etc/chrony/*) echo chrony ;;
    /etc/fail2ban/*) echo fail2ban ;;
    /etc/systemd/journald.conf.d/*) echo systemd-journald ;;
    /etc/systemd/*) echo systemd ;;
    /etc/opendkim.conf) echo opendkim ;;
    /etc/opendmarc.conf) echo opendmarc ;;
    /etc/postfix/* | /etc/mailname) echo postfix ;;
  esac
}

# touched PATH - records that its service has to be restarted, even if this run is interrupted now.
touched() {
  touched_service=$(service_of "$1")
  case $touched_service in
    '') ;;
    postfix) touch_postfix ;;
    *) record "pending/$touched_service" ;;
  esac
}

# is_pristine FILE - true if the file is as its Debian package installed it.
is_pristine() {
  pristine_package=$(dpkg-query -S "$1" 2>/dev/null | cut -d : -f 1) || return 1
  [ -n "$pristine_package" ] || return 1
  pristine_hash=$(dpkg-query -W -f '${Conffiles}\n' "$pristine_package" | awk -v file="$1" '$1 == file { print $2 }')
  [ -n "$pristine_hash" ] && [ "$(md5sum <"$1" | cut -d ' ' -f 1)" = "$pristine_hash" ]
}

# beside FILE - prints where the new version of an edited file goes. logrotate ignores files named *.dpkg-dist.
beside() {
  case $1 in
    /etc/logrotate.d/*) echo "$1.dpkg-dist" ;;
    *) echo "$1.new" ;;
  esac
}

# read_hashes FILE [HASH] - sets $put_now to the hash of FILE, which is HASH if given, and $put_before to the hash with
# which it was last put; each to nothing if there is none. Before a file is written for the first time, its hash is
# recorded with a "?". After an interrupted run, that tells our file from one that had the same content before.
read_hashes() {
  if [ $# -eq 1 ]; then read_hash "$1"; else hash=$2; fi
  put_now=$hash
  recall "put$1"
  put_before=$fact
  case $put_before in
    "?$put_now") put_before=$put_now ;;
    \?*) put_before= ;;
  esac
}

# put SOURCE FILE MODE OWNER:GROUP [adopt] - brings a file up to date, unless it was edited. With "adopt", a file that
# existed before the first run is replaced too. --uninstall restores it. The same holds for a file of a package, and for
# one that already had the wanted content: /etc/mailname, which Postfix's package creates with the given name.
put() {
  echo "$2" >>"$work/wanted"
  if [ -e "$2$unfinished" ] && [ -z "$dry_run" ]; then rm -f "$2$unfinished"; fi
  read_hash "$1"
  put_new=$hash
  # Comparing costs much less than the hash of a large file.
  if cmp -s "$1" "$2"; then read_hashes "$2" "$hash"; else read_hashes "$2"; fi
  if [ "$put_now" = "$put_new" ]; then
    if [ -z "$put_before" ] && [ -z "$dry_run" ]; then record_file "original$2" "$2"; fi
    if ! is_recorded "put$2" "$put_new" && [ -z "$dry_run" ]; then record "put$2" "$put_new"; fi
    settle "$2" "$3" "$4"
  elif [ -z "$put_now" ] || [ "$put_now" = "$put_before" ]; then
    if step "put $2"; then replace "$@"; fi
  elif [ -z "$put_before" ] && { [ "${5:-}" = adopt ] || is_pristine "$2"; }; then
    if step "put $2, and keep the one that was there"; then
      record_file "original$2" "$2"
      if [ "${5:-}" = adopt ]; then echo "$2" >>"$work/overwritten"; fi
      replace "$@"
    fi
  else
    kept "$2"
    settle "$2" "$3" "$4"
    if [ "$put_before" = "$put_new" ] || is_recorded "offered$2" "$put_new"; then return; fi
    if step "keep $2, which was edited, and write the new version to $(beside "$2")"; then
      install -m "$3" -o "${4%:*}" -g "${4#*:}" "$1" "$(beside "$2")"
      record "offered$2" "$put_new"
    fi
  fi
}

# Writes under a second name and renames: a reader finds the old file or the new one, never half of it.
replace() {
  touched "$2"
  replace_folder=$(dirname "$2")
  make_folder "$replace_folder"
  if [ -z "$put_before" ]; then record "put$2" "?$put_new"; fi
  install -m "$3" -o "${4%:*}" -g "${4#*:}" "$1" "$2$unfinished"
  mv -f "$2$unfinished" "$2"
  record "put$2" "$put_new"
}

# make_folder PATH - makes a folder and those above it. --uninstall removes the ones made here.
make_folder() {
  if [ -d "$1" ]; then return; fi
  make_folder "$(dirname "$1")"
  record "folders$1/.made"
  mkdir "$1"
}

# retire_files [SERVICE] - removes unedited files of an earlier version, or of an option that was withdrawn; with
# SERVICE, only files that this service reads.
retire_files() {
  names_below put >"$work/retired-and-wanted"
  grep -vxF -f "$work/wanted" "$work/retired-and-wanted" >"$work/retired" || true
  while IFS= read -r retired; do
    case $retired in "$etc"/*) continue ;; esac
    if [ -z "${1:-}" ] || [ "$(service_of "$retired")" = "$1" ]; then take_back_file "$retired"; fi
  done <"$work/retired"
}

put_host_files() {
  put "$source" "$binary" 755 root:root
  put_manual
  echo "$hostname" >"$work/mailname"
  put "$work/mailname" /etc/mailname 644 root:root adopt
  for file in "$here"/rsyslog/*; do
    put "$file" "/etc/rsyslog.d/${file##*/}" 644 root:root
  done
  (cd "$here/system" && find . -type f | sed 's/^\.\///' | sort) >"$work/system"
  while IFS= read -r file; do
    put_system_file "$file"
  done <"$work/system"
  if [ -n "$support" ]; then
    folder "$forwarder_home" 755 root:root
    echo "$support" >"$work/forward"
    put "$work/forward" "$forwarder_home/.forward" 644 root:root
  fi
}

# The program prints these pages, from the same texts as its --help.
put_manual() {
  for page in responder.8 settings.json.5 bash-completion; do
    case $page in
      bash-completion) page_file=/usr/local/share/bash-completion/completions/responder ;;
      *) page_file=/usr/local/share/man/man${page##*.}/$page ;;
    esac
    "$source" manual "$page" >"$work/page"
    put "$work/page" "$page_file" 644 root:root
  done
}

put_system_file() {
  case $1 in
    # For the monitoring server.
    prometheus/*) ;;
    cron.d/mail_responder-prometheus)
      case $textfiles in '' | none) return 0 ;; esac
      sed "s|/var/lib/prometheus/node-exporter|$textfiles|" "$here/system/$1" >"$work/textfiles"
      put "$work/textfiles" "/etc/$1" 644 root:root
      ;;
    cron.d/mail_responder-feedback)
      case $feedback_queue in '' | none) return 0 ;; esac
      sed "s|--queue [^ ]*|--queue $feedback_queue|" "$here/system/$1" >"$work/feedback"
      put "$work/feedback" "/etc/$1" 644 root:root
      ;;
    fail2ban/jail.d/mail_responder.conf)
      [ -n "$ssh_port" ] || return 0
      sed "s/^port = ssh,22222\$/port = ssh,$ssh_port/" "$here/system/$1" >"$work/jail"
      put "$work/jail" "/etc/$1" 644 root:root
      ;;
    chrony/conf.d/mail_responder.conf)
      cp "$here/system/$1" "$work/chrony"
      is_on_ec2 || sed -i '/^server /d' "$work/chrony"
      put "$work/chrony" "/etc/$1" 644 root:root
      ;;
    logrotate.d/*)
      log_days=7
      if [ "$1" = logrotate.d/mail_responder-mail ]; then
        share_rotation
        log_days=$mail_log_days
      fi
      log_owner=root
      # Ubuntu's rsyslogd writes as this user.
      if grep -qs '^.PrivDropToUser syslog' /etc/rsyslog.conf; then log_owner=syslog; fi
      sed -e "s/rotate 7\$/rotate $log_days/" -e "s/create 0640 root /create 0640 $log_owner /" "$here/system/$1" \
        >"$work/rotation"
      put "$work/rotation" "/etc/$1" 644 root:root
      ;;
    systemd/journald.conf.d/mail_responder.conf)
      sed "s/^MaxRetentionSec=7day\$/MaxRetentionSec=${mail_log_days}day/" "$here/system/$1" >"$work/journald"
      put "$work/journald" "/etc/$1" 644 root:root
      ;;
    opendkim.conf | opendmarc.conf)
      if has_milters; then put "$here/system/$1" "/etc/$1" 644 root:root; fi
      ;;
    *)
      file_mode=644
      if [ -x "$here/system/$1" ]; then file_mode=755; fi
      put "$here/system/$1" "/etc/$1" "$file_mode" root:root
      ;;
  esac
}

# logrotate refuses a log that two of its files name, so our logs are removed from rsyslog's file, also when dpkg or the
# operator adds them again. All other edits in it stay.
share_rotation() {
  shared=/etc/logrotate.d/rsyslog
  if [ ! -e "$shared" ]; then return; fi
  sed '/^\/var\/log\/mail\.\(log\|info\|warn\|err\)[[:space:]]*$/d' "$shared" >"$work/shared"
  if ! cmp -s "$shared" "$work/shared"; then
    if [ -z "$dry_run" ]; then forget "put$shared"; fi
  else
    read_hashes "$shared"
    if [ "$put_now" != "$put_before" ]; then
      echo "$shared" >>"$work/wanted"
      return
    fi
  fi
  put "$work/shared" "$shared" 644 root:root "$(is_pristine "$shared" || echo adopt)"
}

is_on_ec2() {
  grep -qs '^Amazon EC2' /sys/class/dmi/id/sys_vendor || grep -qsi '^ec2' /sys/hypervisor/uuid
}

# True if opendkim and opendmarc check incoming mail. A dry run assumes those that it would install.
has_milters() {
  [ "$authentication" = yes ] || return 1
  if [ -n "$dry_run" ] && [ -z "$no_packages" ]; then return 0; fi
  is_installed opendkim && is_installed opendmarc
}

# --- The responder's own files

# Prints the domain of this host's name. Postfix leaves out the first label, and takes com for the domain of a host that
# is named example.com; localhost.com in mydestination is somebody else's.
mydomain() {
  case ${hostname#*.} in
    *.*) if is_among "$hostname" "$domains"; then echo "$hostname"; else echo "${hostname#*.}"; fi ;;
    *) echo "$hostname" ;;
  esac
}

# Prints the names in mydestination of postfix/main.cf as JSON. Leaves out plain localhost, which no address has.
quoted_names() {
  names=$domains
  for name in "$hostname" "localhost.$(mydomain)"; do
    names=$(with "$name" "$names")
  done
  echo "$names" | sed 's/ /", "/g; s/.*/"&"/'
}

settings() {
  cat <<END
// Settings of the responder, made by install.sh. docs/settings.md explains all settings.
// After a change, run: responder config check
{
  // From of every reply. A name may stand before it: "Example Tools <$from>".
  "response_from": "$from",
  "bounce_address": "$bounce",
  "own_domains": [$(quoted_names)],

  // If "config pull" fetches it from S3, the book is $home/responses.json: docs/s3.md.
  "response_book": "$etc/responses.json",
  "files_root": "$home/files",
  "postfix_maps": "$home/postfix",
$(authentication_setting)
  "daily_limit": 3,
  "address_key_file": "$etc/address.key",
  "database": $(database_setting),

$(sending_setting)
  "dkim": { "domain": "$(lower "${from##*@}")", "selector": "mail", "key_file": "$etc/dkim.key" },

  // The socket that rsyslogd opens for Postfix. /dev/log can lead through journald, which drops lines.
  "syslog_socket": "/var/spool/postfix/dev/log"
}
END
}

# The filters write results under Postfix's name for the host.
authentication_setting() {
  if ! has_milters; then return 0; fi
  cat <<END

  // opendkim and opendmarc write their results under this name; attachments go to senders that they authenticate.
  "authserv_id": "$hostname",
END
}

database_setting() {
  if [ "$database" = mysql ]; then
    cat <<END
{
    "mysql": {
      "socket": "/run/mysqld/mysqld.sock",
      "user": "$user",
      "database": "mail_responder"
    }
  }
END
  else
    printf '{ "sqlite": "%s/responder.db" }\n' "$home"
  fi
}

sending_setting() {
  if [ -n "$region" ]; then
    cat <<END
  // Without credentials_file the instance's role provides the credentials: docs/ses.md.
  "send_method": "ses",
  "ses": { "region": "$region" },
END
  else
    echo '  "send_method": "sendmail",'
  fi
}

# Prints one entry per domain, so that the whole chain can be tested at once.
response_book() {
  echo "// The response book: the replies for each address. docs/response-book.md explains it."
  echo "// Write your own texts, then run: responder config check"
  echo "["
  comma=
  for domain in $domains; do
    printf '%s  { "email_addr": "get@%s",\n' "$comma" "$domain"
    printf '    "body": "PLACEHOLDER: the operator of %s has not yet written what is answered here.",\n' "$domain"
    printf '    "attachments": null }'
    comma=',
'
  done
  printf '\n]\n'
}

put_responder_files() {
  folder "$etc" 750 "root:$user"
  folder "$home" 750 "$user:$user"
  users_folder "$home/files" 750
  make_key "$etc/address.key" 32
  if [ ! -e "$etc/dkim.key" ]; then
    refuse_loss "$etc/dkim.key" "make a new one: $binary dkim keygen $etc/dkim.key"
    if step "make the key that signs replies, $etc/dkim.key"; then
      "$binary" dkim keygen "$etc/dkim.key" >/dev/null
    fi
  fi
  settle "$etc/dkim.key" 640 "root:$user"
  if aws_roots >"$work/aws-roots.pem"; then put "$work/aws-roots.pem" "$etc/aws-roots.pem" 640 "root:$user"; fi
  settings >"$work/settings.json"
  put "$work/settings.json" "$etc/settings.json" 640 "root:$user"
  response_book >"$work/responses.json"
  if [ ! -e "$etc/responses.json" ]; then
    refuse_loss "$etc/responses.json" "write a new one"
    put "$work/responses.json" "$etc/responses.json" 640 "root:$user"
  else
    # The operator's file: a new domain does not change it.
    read_hash "$etc/responses.json"
    if is_recorded "put$etc/responses.json" "?$hash" && [ -z "$dry_run" ]; then
      record "put$etc/responses.json" "$hash"
    fi
    settle "$etc/responses.json" 640 "root:$user"
  fi
}

# refuse_loss FILE ELSE - ends the run if an earlier one made the file and the settings name it. Requests wait for it:
# with a new one, they would be answered with placeholders, or with signatures that DNS does not confirm.
refuse_loss() {
  recall "put$etc/responses.json"
  case $fact in '' | \?*) return 0 ;; esac
  if [ -e "$etc/settings.json" ] && ! grep -qF "\"$1\"" "$etc/settings.json"; then return 0; fi
  die 78 "$1 is missing: restore it from your backup, or $2"
}

# Prints the certificate authorities trusted for SES, S3 and CloudWatch: Amazon's own roots. False if the host lacks
# the package ca-certificates, which contains them.
aws_roots() {
  cat /usr/share/ca-certificates/mozilla/Amazon_Root_CA_*.crt \
    /usr/share/ca-certificates/mozilla/Starfield_Services_Root_Certificate_Authority_*.crt 2>/dev/null
}

# make_key FILE BYTES - makes a random key in hexadecimal digits; never replaces an existing one.
make_key() {
  if [ ! -e "$1" ]; then
    # With a new key every quota and list would start empty.
    if [ "$1" = "$etc/address.key" ] && [ -e "$home/responder.db" ]; then
      die 78 "$1 is missing, and $home/responder.db cannot be used without it: restore it from your backup"
    fi
    if step "make $1"; then
      (umask 077 && od -An -v -tx1 -N "$2" /dev/urandom | tr -d ' \n' >"$1$unfinished" && echo >>"$1$unfinished")
      chown "root:$user" "$1$unfinished"
      chmod 640 "$1$unfinished"
      # Not mv, which would replace a file that was made meanwhile.
      ln "$1$unfinished" "$1" 2>/dev/null || true
      rm -f "$1$unfinished"
    fi
  fi
  if [ -e "$1$unfinished" ] && [ -z "$dry_run" ]; then rm -f "$1$unfinished"; fi
  settle "$1" 640 "root:$user"
}

as_user() {
  (cd / && exec setpriv --reuid="$user" --regid="$user" --init-groups --reset-env "$@")
}

as_responder() {
  as_user "$binary" "$@"
}

make_database() {
  if [ -e "$home/responder.db" ] && [ "$database" = sqlite ]; then return; fi
  if [ -x "$binary" ] && as_responder database status >/dev/null 2>&1; then return; fi
  step "make the database ($database)" || return 0
  if [ "$database" = sqlite ]; then
    as_responder database init >"$work/said" 2>&1 || die 69 "the database could not be created: $(cat "$work/said")"
  else
    mysql_runs || service_do start mariadb
    mysql_runs || die 69 "MariaDB does not run: start it, then run this again"
    "$binary" database init --admin-user root --admin-socket /run/mysqld/mysqld.sock >"$work/said" 2>&1 ||
      die 69 "the database could not be created: $(cat "$work/said")"
    as_responder database init >"$work/said" 2>&1 || die 69 "the tables could not be created: $(cat "$work/said")"
  fi
}

mysql_runs() {
  mysqladmin --no-defaults --socket=/run/mysqld/mysqld.sock --connect-timeout=5 ping >/dev/null 2>&1
}

# Makes the tables of answered addresses; cron keeps them up to date.
make_maps() {
  if [ -e "$home/postfix/addresses" ]; then return; fi
  if step "make the tables of the response book in $home/postfix"; then
    as_responder config pull >"$work/said" 2>&1 ||
      complain "responder config pull failed; cron tries again every hour: $(cat "$work/said")"
  fi
}

# --- Postfix

# touch_postfix - call this before every change. It keeps a copy of the old configuration, and of what was recorded
# about it, until the new one has been checked. So Postfix is never left half changed: if this run is interrupted, the
# copy stays, and the next run uses it.
touch_postfix() {
  if [ -d /etc/postfix ] && [ ! -d "$state/rollback" ]; then remember_postfix; fi
  record pending/postfix
}

remember_postfix() {
  if ! postfix check >"$work/said" 2>&1; then
    # Without a terminal, postfix(1) names the fault only in the log.
    { postconf -n; postconf -M; } >/dev/null 2>>"$work/said" || true
    die 78 "Postfix's configuration was already faulty, and was not changed: $(cat "$work/said")"
  fi
  rm -rf "$state/rollback$unfinished"
  mkdir -p "$state/rollback$unfinished/facts"
  cp -a /etc/postfix "$state/rollback$unfinished/postfix"
  for fact in parameters services put/etc/postfix offered/etc/postfix original/etc/postfix; do
    if [ -e "$state/$fact" ]; then
      mkdir -p "$state/rollback$unfinished/facts/$(dirname "$fact")"
      cp -a "$state/$fact" "$state/rollback$unfinished/facts/$fact"
    fi
  done
  mv "$state/rollback$unfinished" "$state/rollback"
}

put_back_postfix() {
  (cd /etc/postfix && find . -type f) | while IFS= read -r file; do
    [ -e "$state/rollback/postfix/$file" ] || rm -f "/etc/postfix/$file"
  done
  cp -a "$state/rollback/postfix/." /etc/postfix/
  for fact in parameters services put/etc/postfix offered/etc/postfix original/etc/postfix; do
    rm -rf "${state:?}/$fact"
  done
  cp -a "$state/rollback/facts/." "$state/"
  rm -rf "$state/rollback"
  forget pending/postfix
}

# Writes the desired lines into a configuration folder. Later lines win, as in main.cf itself.
desired_postfix() {
  mkdir "$work/postfix"
  {
    cat "$here/postfix/main.cf"
    if [ -n "$strict" ] && [ -e "$home/postfix/addresses" ]; then cat "$here/postfix/main-strict.cf"; fi
    if has_milters; then cat "$here/postfix/milters.cf"; fi
    echo "smtp_tls_security_level = $outgoing_tls"
    if [ "$outgoing_tls" = dane ]; then echo "smtp_dns_support_level = dnssec"; fi
    echo "myhostname = $hostname"
    if [ "$(mydomain)" = "$hostname" ]; then echo "mydomain = $hostname"; fi
    echo "extradomains = $(echo "$domains" | sed 's/ /, /g')"
  } >"$work/postfix/main.cf"
  cp "$here/postfix/master.cf" "$work/postfix/master.cf"
  # Postfix waits until main.cf has been unchanged for a second.
  touch -d '1 minute ago' "$work/postfix/main.cf"
  parameters_of "$work/postfix" "$work/desired"
  # The 20 processes of the sample are for two cores.
  services_of "$work/postfix" "$work/services" "$((10 * $(nproc)))"
}

# parameters_of FOLDER INTO - writes a file for each parameter that the folder's main.cf sets, with the line "=value".
parameters_of() {
  mkdir "$2"
  postconf -c "$1" -n 2>/dev/null | awk -v into="$2/" '$1 != "config_directory" && $1 !~ /\// {
    value = $0
    sub(/^[^ ]* = ?/, "=", value)
    print value >(into $1)
    close(into $1)
  }'
}

# services_of FOLDER INTO [PROCESSES] - writes a file NAME!TYPE for each service of the folder's master.cf, with its
# entry as one line with single spaces. With PROCESSES, so many responders may run.
services_of() {
  mkdir "$2"
  postconf -c "$1" -M 2>/dev/null | awk -v into="$2/" -v processes="${3:-}" '$1 !~ /\// {
    if (processes && $1 == "responder") $7 = processes
    $1 = $1
    print >(into $1 "!" $2)
    close(into $1 "!" $2)
  }'
}

# read_parameter NAME, read_service NAME/TYPE - set $now to what is in force, $old to what was before the first run, and
# $ours to what an earlier run set; each to nothing if there is none.
read_parameter() {
  read_facts "$work/current/$1" "parameters" "$1"
}

read_service() {
  read_facts "$work/current-services/${1%/*}!${1##*/}" "services" "$1"
}

read_facts() {
  read_line "$1"
  now=$fact
  recall "$2/old/$3"
  old=$fact
  recall "$2/set/$3"
  ours=$fact
}

put_postfix_files() {
  for file in command_filter header_checks mailbox_transport tls_policy; do
    put "$here/postfix/$file" "/etc/postfix/$file" 644 root:root adopt
  done
  # A line for example.com is repeated for each domain.
  for file in sender_access helo_access; do
    awk -v domains="$domains" '
      /^example\.com[[:space:]]/ {
        n = split(domains, domain, " ")
        for (i = 1; i <= n; i++) { line = $0; sub(/^example\.com/, domain[i], line); print line }
        next
      }
      { print }' "$here/postfix/$file" >"$work/$file"
    put "$work/$file" "/etc/postfix/$file" 644 root:root adopt
  done
}

# set_parameters - changes main.cf to $work/desired. Keeps a parameter that has another value than the one we set,
# unless an option of this run sets it.
set_parameters() {
  parameters_of /etc/postfix "$work/current"
  : >"$work/edits"
  for file in "$work/desired"/*; do
    read_line "$file"
    set_parameter "${file##*/}" "$fact"
  done
  apply_parameters
  names_below parameters/set >"$work/names"
  while IFS= read -r name; do
    [ -e "$work/desired$name" ] || echo "$name"
  done <"$work/names" >"$work/retired-parameters"
  take_back_parameters <"$work/retired-parameters"
}

# is_asked NAME - true if an option of this run sets the parameter, and so overrides an edit. Not extradomains: the
# edit may have added a domain, and its mail would be rejected.
is_asked() {
  case $1 in
    smtp_tls_security_level | smtp_dns_support_level) is_among --outgoing-tls "$given" ;;
    myhostname) is_among --hostname "$given" ;;
    local_recipient_maps) is_among --strict-recipients "$given" ;;
    smtpd_milters | non_smtpd_milters | milter_default_action) is_among --authentication "$given" ;;
    *) return 1 ;;
  esac
}

# set_parameter NAME =VALUE
set_parameter() {
  read_parameter "$1"
  if [ "$now" = "$2" ]; then
    if [ "$ours" != "$2" ] && [ -z "$dry_run" ]; then
      [ -e "$state/parameters/old/$1" ] || record "parameters/old/$1" "$now"
      record "parameters/set/$1" "$2"
    fi
  elif [ -z "$ours" ] || [ -z "$now" ] || [ "$now" = "$ours" ] || is_asked "$1"; then
    if step "set $1 = ${2#=} in main.cf${now:+ (was: ${now#=})}"; then
      [ -e "$state/parameters/old/$1" ] || record "parameters/old/$1" "$now"
      printf '%s\n' "$1$2" >>"$work/edits"
      if [ -z "$ours" ] && [ -n "$now" ]; then echo "main.cf: $1 = ${now#=}" >>"$work/overwritten"; fi
    fi
  else
    kept "$1 in main.cf"
    if [ "$ours" = "$2" ] || is_recorded "parameters/offered/$1" "$2"; then return; fi
    if step "keep $1 in main.cf, which was edited; this version would set it to: ${2#=}"; then
      record "parameters/offered/$1" "$2"
    fi
  fi
}

apply_parameters() {
  change_parameters -e "$work/edits"
  while IFS= read -r line; do
    record "parameters/set/${line%%=*}" "=${line#*=}"
  done <"$work/edits"
  tell_outgoing_tls
}

# Tells the operator that an upgrade changed whether mail waits for encryption.
tell_outgoing_tls() {
  if [ -z "$before" ] || ! grep -q '^smtp_tls_security_level=' "$work/edits"; then return; fi
  read_line "$work/current/smtp_tls_security_level"
  was=${fact:-=none}
  case $outgoing_tls in
    encrypt) means="mail that cannot be encrypted waits, so a relayhost must offer TLS" ;;
    *) means="mail that waits for encryption may go out in the clear" ;;
  esac
  note "the TLS level of outgoing mail is now $outgoing_tls (was: ${was#=}): $means (docs/tls.md)"
}

set_services() {
  services_of /etc/postfix "$work/current-services"
  for file in "$work/services"/*; do
    name=${file##*/}
    read_line "$file"
    set_service "${name%!*}/${name##*!}" "$fact"
  done
  names_below services/set >"$work/names"
  while IFS= read -r name; do
    name=${name#/}
    [ -e "$work/services/${name%/*}!${name##*/}" ] || take_back_service "$name"
  done <"$work/names"
}

# set_service KEY LINE
set_service() {
  read_service "$1"
  if [ "$now" = "$2" ]; then
    if [ "$ours" != "$2" ] && [ -z "$dry_run" ]; then
      [ -e "$state/services/old/$1" ] || record "services/old/$1" "$now"
      record "services/set/$1" "$2"
    fi
  elif [ -z "$ours" ] || [ -z "$now" ] || [ "$now" = "$ours" ]; then
    if step "set the service $1 in master.cf"; then
      [ -e "$state/services/old/$1" ] || record "services/old/$1" "$now"
      if [ -z "$ours" ] && [ -n "$now" ]; then echo "master.cf: $now" >>"$work/overwritten"; fi
      touch_postfix
      postconf -M "$1=$2" || die 78 "postconf could not change master.cf"
      record "services/set/$1" "$2"
    fi
  else
    kept "$1 in master.cf"
    if [ "$ours" = "$2" ] || is_recorded "services/offered/$1" "$2"; then return; fi
    if step "keep the service $1 in master.cf, which was edited; this version would set: $2"; then
      record "services/offered/$1" "$2"
    fi
  fi
}

# Adds the names that /etc/aliases lacks; existing lines are the operator's.
add_aliases() {
  sed -n 's/^\([a-z_-]*\):[[:space:]]*/\1: /p' "$here/postfix/aliases" |
    sed "s/^bounces: /${bounce%@*}: /" >"$work/aliases"
  # People answer replies: mail to From must reach a person.
  if is_among "$(lower "${from##*@}")" "$domains"; then
    grep -qi "^${from%@*}: " "$work/aliases" || echo "$(lower "${from%@*}"): forwarder" >>"$work/aliases"
  fi
  while IFS= read -r line; do
    if has_alias "${line%%:*}"; then
      # adopt_bounces replaces that of the bounce address, once the new configuration is in force.
      if [ "${line%%:*}" != "${bounce%@*}" ] || is_recorded "aliases/${line%%:*}"; then
        note_other_alias "$line"
      fi
    elif step "add \"$line\" to /etc/aliases"; then
      record "aliases/${line%%:*}" "$line"
      add_line /etc/aliases "$line"
    fi
  done <"$work/aliases"
  make_alias_table
}

# has_alias NAME - true if /etc/aliases has a line for the name.
has_alias() {
  grep -qiE "^\"?$1\"?[[:space:]]*:" /etc/aliases 2>/dev/null
}

# Reports about replies name requesters, so an alias of the bounce address that was there before the first run must not
# lead them to a person. It becomes a comment, from which --uninstall restores it. An edit of our own alias is kept.
adopt_bounces() {
  name=${bounce%@*}
  line=$(grep "^$name: " "$work/aliases")
  if is_recorded "aliases/$name" || ! has_alias "$name"; then return; fi
  # Lines that start with white space continue the alias above.
  awk -v name="$name" -v ours="$line" -v before="$alias_before" '
    /^[^ \t#]/ {
      found = match(tolower($0), "^\"?" name "\"?[ \t]*:")
      if (found && !done++) print ours
    }
    found && $0 == ours { next }
    found && !/^[ \t]*(#|$)/ { print before $0; next }
    { print }' /etc/aliases >"$work/adopted"
  if ! cmp -s "$work/adopted" /etc/aliases; then
    step "replace the alias $name in /etc/aliases, because bounces name requesters" || return 0
    sed -n "s|^$alias_before|/etc/aliases: |p" "$work/adopted" >>"$work/overwritten"
    install -m 644 "$work/adopted" "/etc/aliases$unfinished"
    mv -f "/etc/aliases$unfinished" /etc/aliases
  elif ! grep -q "^$alias_before" /etc/aliases; then
    return
  fi
  if [ -z "$dry_run" ]; then record "aliases/$name" "$line"; fi
  make_alias_table
}

make_alias_table() {
  if [ -e /etc/aliases ] && [ -z "$(find /etc/aliases.db -newer /etc/aliases 2>/dev/null)" ] &&
    command -v newaliases >/dev/null; then
    if step "run newaliases"; then newaliases; fi
  fi
}

# note_other_alias LINE - prints the note only once for a name that had an alias before the first run.
note_other_alias() {
  if grep -qxF "$1" /etc/aliases; then return; fi
  if is_recorded "aliases/${1%%:*}"; then
    kept "alias ${1%%:*} in /etc/aliases"
  elif [ -z "$dry_run" ] && [ ! -e "$state/aliases/${1%%:*}" ]; then
    note "/etc/aliases has its own line for ${1%%:*}, which is kept"
    record "aliases/${1%%:*}"
  fi
}

add_line() {
  {
    if [ -e "$1" ]; then cat "$1"; fi
    echo "$2"
  } >"$work/lines"
  install -m 644 "$work/lines" "$1$unfinished"
  mv -f "$1$unfinished" "$1"
}

configure_postfix() {
  if ! command -v postconf >/dev/null; then
    if [ -n "$dry_run" ] && [ -z "$no_packages" ]; then
      step "set the parameters and services of postfix/main.cf and postfix/master.cf with postconf" || true
      add_aliases
    else
      note "Postfix is not installed: install it, then run this again"
    fi
    return
  fi
  desired_postfix
  put_postfix_files
  add_aliases
  set_parameters
  set_services
  if [ -n "$strict" ] && [ ! -e "$home/postfix/addresses" ] && [ -z "$dry_run" ]; then
    complain "no $home/postfix/addresses yet: the next run that finds it applies --strict-recipients"
  fi
}

check_postfix() {
  if [ -n "$dry_run" ]; then return; fi
  if [ -e "$state/pending/postfix" ]; then
    if ! postfix check >"$work/said" 2>&1; then
      put_back_postfix
      postfix status >/dev/null 2>&1 || service_do restart postfix
      die 78 "Postfix rejects the new configuration, so the old one was restored: $(cat "$work/said")" \
        "(the mail log says more)"
    fi
    if postfix status >/dev/null 2>&1; then
      # A reload does not change the addresses and protocols that Postfix listens on.
      if services_need_restart; then service_do restart postfix; else postfix reload 2>/dev/null; fi
    else
      service_do restart postfix
    fi
    forget pending/postfix
  fi
  if [ -e "$state/rollback" ]; then rm -rf "$state/rollback"; fi
}

services_need_restart() {
  for name in inet_interfaces inet_protocols; do
    [ "$(postconf -h "$name" 2>/dev/null)" = \
      "$(postconf -c "$state/rollback/postfix" -h "$name" 2>/dev/null)" ] || return 0
  done
  return 1
}

# --- Services

# service_do start|restart|stop NAME - a failure does not undo the installation.
service_do() {
  if [ -d /run/systemd/system ]; then
    systemctl "$1" "$2" || note "systemctl $1 $2 failed: see systemctl status $2"
  elif [ -x "/etc/init.d/$2" ]; then
    service "$2" "$1" >/dev/null 2>&1 || note "service $2 $1 failed"
  else
    note "there is neither systemd nor /etc/init.d/$2: $1 $2 manually"
  fi
} 9>&-

tell_services() {
  names_below pending >"$work/pending"
  if grep -qx /systemd "$work/pending"; then
    if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
    forget pending/systemd
  fi
  while IFS= read -r name; do
    case ${name#/} in
      systemd | postfix) ;;
      systemd-journald)
        # Without systemd as the first process there is no journal.
        if [ -d /run/systemd/system ]; then
          step "restart systemd-journald" || continue
          service_do restart systemd-journald
        fi
        if [ -z "$dry_run" ]; then forget "pending$name"; fi
        ;;
      *)
        step "restart ${name#/}" || continue
        service_do restart "${name#/}"
        forget "pending$name"
        ;;
    esac
  done <"$work/pending"
}

# --- What is left to the operator

# Each string of a TXT record holds at most 255 bytes; `responder dkim record` splits the key.
dns_records() {
  echo
  echo "DNS records to publish, in zone-file form:"
  for domain in $domains; do
    echo
    echo "$domain. 3600 IN MX 10 $hostname."
    if [ -n "$region" ]; then
      echo "$domain. 3600 IN TXT \"v=spf1 mx include:amazonses.com ~all\""
    else
      echo "$domain. 3600 IN TXT \"v=spf1 mx ~all\"  ; with Amazon SES: \"v=spf1 mx include:amazonses.com ~all\""
    fi
    echo "_dmarc.$domain. 3600 IN TXT \"v=DMARC1; p=none; rua=mailto:postmaster@$domain\""
  done
  echo
  "$binary" dkim record --domain "$(lower "${from##*@}")" --selector mail --key "$etc/dkim.key"
  echo
  echo "$hostname needs an A record (and AAAA), and its address a reverse record (PTR) that names $hostname."
}

tell_ssh() {
  if [ -z "$ssh_port" ] || ! command -v sshd >/dev/null; then return; fi
  if ! sshd -T 2>/dev/null | grep -qx "port $ssh_port"; then
    note "sshd does not listen on port $ssh_port. Change this yourself, because a mistake locks you out: put \"Port" \
      "$ssh_port\" into /etc/ssh/sshd_config.d/port.conf, open the port in the firewall, restart ssh, and test it in" \
      "a second session before you leave this one"
  fi
}

# Lists what this run replaced, unless this run installed Postfix: its package's own values need no mention.
tell_overwritten() {
  if [ ! -s "$work/overwritten" ] || [ -n "$made_postfix" ]; then return; fi
  note "this run replaced these, and --uninstall restores them (from $state):"
  sed 's/^/  /' "$work/overwritten"
}

# Lists the edits that this run did not change. If the doctor finds a fault in one of them, another run mends nothing.
tell_kept() {
  sed 's/^/kept, edited: /' "$work/kept"
  echo "To get an original back, move the file away, or remove the parameter (postconf -X NAME), the service" \
    "(postconf -MX NAME/TYPE) or the alias; then run install.sh again"
}

finish() {
  if [ "$changes" -eq 0 ] && [ ! -s "$work/kept" ]; then
    echo "nothing to do"
    return
  fi
  if [ -s "$work/kept" ]; then tell_kept; fi
  if [ "$changes" -eq 0 ]; then echo "nothing else to do"; fi
  if [ "$changes" -gt 0 ] && [ -z "$dry_run" ]; then
    tell_overwritten
    tell_ssh
    dns_records
    echo
    echo "Installed: $version"
    echo "Now write your replies into $etc/responses.json, and check them with: responder config check"
    if "$binary" doctor --help >/dev/null 2>&1; then
      echo
      "$binary" doctor || true
    fi
  fi
}

# --- Uninstalling

# take_back_file FILE - removes the file, or restores the original, unless it was edited.
take_back_file() {
  read_hashes "$1"
  if [ -e "$1" ] && [ -e "$state/original$1" ] && cmp -s "$1" "$state/original$1"; then
    if [ -z "$dry_run" ]; then
      forget "put$1" "original$1"
    fi
  elif [ -e "$1" ] && [ "$put_now" != "$put_before" ]; then
    if step "keep $1, which was edited"; then forget "put$1"; fi
  elif [ -e "$state/original$1" ]; then
    if step "put back $1 as it was"; then
      touched "$1"
      cp "$state/original$1" "$1$unfinished"
      mv -f "$1$unfinished" "$1"
      forget "put$1" "original$1"
    fi
  elif [ -e "$1" ]; then
    if step "remove $1"; then
      touched "$1"
      rm -f "$1"
      forget "put$1"
    fi
  elif [ -z "$dry_run" ]; then
    forget "put$1"
  fi
  read_hash "$(beside "$1")"
  if [ -n "$hash" ] && is_recorded "offered$1" "$hash"; then
    if step "remove $(beside "$1")"; then rm -f "$(beside "$1")"; fi
  fi
  if [ -z "$dry_run" ]; then forget "offered$1"; fi
}

# take_back_parameters - takes back those named on standard input, each after a slash. Changes main.cf at most twice,
# because postconf rewrites the whole file each time.
take_back_parameters() {
  : >"$work/edits"
  : >"$work/removals"
  : >"$work/forgotten"
  while IFS= read -r name; do take_back_parameter "${name#/}"; done
  change_parameters -e "$work/edits"
  change_parameters -X "$work/removals"
  while IFS= read -r name; do
    forget "parameters/set/$name" "parameters/old/$name" "parameters/offered/$name"
  done <"$work/forgotten"
}

# take_back_parameter NAME
take_back_parameter() {
  read_parameter "$1"
  if [ "$now" != "$ours" ] && [ "$now" != "$old" ]; then
    step "keep $1 in main.cf, which was edited" || return 0
  elif [ "$now" = "$old" ]; then
    [ -z "$dry_run" ] || return 0
  elif [ -n "$old" ]; then
    step "set $1 back to ${old#=} in main.cf" || return 0
    echo "$1$old" >>"$work/edits"
  else
    step "take $1 out of main.cf" || return 0
    echo "$1" >>"$work/removals"
  fi
  echo "$1" >>"$work/forgotten"
}

# change_parameters OPTION FILE - runs postconf once with all lines of the file, if there are any.
change_parameters() {
  [ -s "$2" ] || return 0
  touch_postfix
  change_option=$1
  change_file=$2
  set --
  while IFS= read -r line; do set -- "$@" "$line"; done <"$change_file"
  postconf "$change_option" "$@" || die 78 "postconf could not change main.cf"
}

# take_back_service KEY
take_back_service() {
  read_service "$1"
  if [ "$now" != "$ours" ] && [ "$now" != "$old" ]; then
    step "keep the service $1 in master.cf, which was edited" || return 0
  elif [ "$now" = "$old" ]; then
    [ -z "$dry_run" ] || return 0
  elif [ -n "$old" ]; then
    step "set the service $1 in master.cf back" || return 0
    touch_postfix
    postconf -M "$1=$old"
  else
    step "take the service $1 out of master.cf" || return 0
    touch_postfix
    postconf -MX "$1"
  fi
  forget "services/set/$1" "services/old/$1" "services/offered/$1"
}

take_back_aliases() {
  names_below aliases >"$work/added"
  while IFS= read -r name; do
    recall "aliases$name"
    line=$fact
    if [ -n "$line" ] && grep -qxF "$line" /etc/aliases; then
      step "take \"$line\" out of /etc/aliases" || continue
      grep -vxF "$line" /etc/aliases >"$work/lines" || true
      install -m 644 "$work/lines" "/etc/aliases$unfinished"
      mv -f "/etc/aliases$unfinished" /etc/aliases
    fi
    if [ -z "$dry_run" ]; then forget "aliases$name"; fi
  done <"$work/added"
  if grep -q "^$alias_before" /etc/aliases && step "put back the alias of the bounce address in /etc/aliases"; then
    sed "s/^$alias_before//" /etc/aliases >"$work/lines"
    install -m 644 "$work/lines" "/etc/aliases$unfinished"
    mv -f "/etc/aliases$unfinished" /etc/aliases
  fi
  make_alias_table
}

uninstall() {
  if [ ! -d "$state" ]; then
    echo "nothing to do: nothing was installed"
    return
  fi
  : >"$work/wanted"
  if command -v postconf >/dev/null; then
    stop_postfix
    take_back_postfix
    check_postfix
    take_back_aliases
  fi
  retire_files
  tell_services
  take_back_rest
  tell_what_stays
}

# Postfix accepts no mail until its configuration is restored: in between nothing would answer the mail.
stop_postfix() {
  if [ -z "$(names_below parameters/set; names_below services/set; names_below put/etc/postfix)" ] &&
    [ ! -e "$state/pending/postfix" ]; then return; fi
  step "stop Postfix until its configuration is restored" || return 0
  touch_postfix
  service_do stop postfix
  if postfix status >/dev/null 2>&1; then die 69 "Postfix could not be stopped, so nothing was undone"; fi
  postqueue -j >"$work/queue" 2>"$work/said" ||
    die 69 "the queue cannot be read, so nothing was undone: $(cat "$work/said")"
  hold_requests
  hold_replies
}

# hold PATTERN… - puts messages on hold whose line of postqueue -j matches one of the patterns of grep. Sets $held to
# their number.
hold() {
  grep -i "$@" "$work/queue" | sed 's/.*"queue_id": "\([^"]*\)".*/\1/' >"$work/held" || true
  held=$(wc -l <"$work/held")
  if [ "$held" -gt 0 ]; then
    postsuper -h - <"$work/held" >"$work/said" 2>&1 ||
      die 69 "postsuper could not put mail on hold: $(cat "$work/said")"
  fi
}

# Without the responder, requests would be delivered to a mailbox, or nowhere.
hold_requests() {
  ours=$(remembered domains | sed 's/\./\\./g; s/ /|/g')
  hold -E "\"address\": \"(${user}[+@]|[^\"]*@($ours)\")"
  if [ "$held" -gt 0 ]; then
    note "$held request(s) wait in the queue and are on hold: after another installation" \
      "\"postsuper -H ALL\" releases them, \"postsuper -d ALL hold\" drops them"
  fi
}

# Replies, and other mail that waits for encryption, name requesters. The restored Postfix may send without encryption.
hold_replies() {
  bounce=$(sed -n 's/.*"bounce_address"[^"]*"\([^"]*<\)\{0,1\}\([^">]*\).*/\2/p' "$etc/settings.json" \
    2>/dev/null || true)
  first_domain=$(remembered domains | cut -d ' ' -f 1)
  hold -e "\"sender\": \"${bounce:-bounces@$first_domain}\"" -e '"delay_reason": "[^"]*\(TLS\|certificate\)'
  if [ "$held" -gt 0 ]; then
    note "$held message(s) wait to be sent and are on hold, because the restored Postfix may send them in the clear:" \
      "\"postsuper -d ALL hold\" drops them, \"postsuper -H ALL\" releases them, best after another installation"
  fi
}

take_back_postfix() {
  parameters_of /etc/postfix "$work/current"
  services_of /etc/postfix "$work/current-services"
  names_below parameters/set >"$work/names"
  # Includes parameters that an interrupted run recorded and did not yet set.
  take_back_parameters <"$work/names"
  names_below services/set >"$work/names"
  while IFS= read -r name; do take_back_service "${name#/}"; done <"$work/names"
  retire_files postfix
}

take_back_rest() {
  if [ -e "$state/users/forwarder" ] && getent passwd forwarder >/dev/null; then
    if step "remove the user forwarder"; then userdel forwarder; fi
  fi
  if [ -n "$dry_run" ]; then return; fi
  if [ -e "$state/users/forwarder" ]; then
    rmdir "$forwarder_home" 2>/dev/null || true
    forget users/forwarder
  fi
  # In reverse order, each folder comes after those below it: the dot of .made sorts before other names.
  names_below folders | sort -r | while IFS= read -r made; do
    rmdir "${made%/.made}" 2>/dev/null || true
    forget "folders$made"
  done
  # The facts about the settings stay, so that a later run can continue from here.
  for fact in parameters services aliases pending folders; do
    if [ -e "$state/$fact" ]; then rm -rf "${state:?}/$fact"; fi
  done
}

tell_what_stays() {
  if [ "$changes" -eq 0 ]; then echo "nothing to do"; fi
  if [ -n "$dry_run" ]; then return; fi
  echo "These stay: $etc (settings, keys), $home (database, files), $home-metrics (if metrics were sent)," \
    "/var/log/mail_responder*.log, and the user $user"
  echo "To remove them too: rm -rf $etc $home $home-metrics $state && userdel $user"
  if [ "$(remembered database)" = mysql ]; then echo "The database mail_responder in MariaDB stays too"; fi
  if [ -e "$state/packages" ]; then
    echo "These packages were installed for it, and stay: $(tr '\n' ' ' <"$state/packages")"
  fi
}

# --- Main

# take_turn - makes sure that no other run works until this one ends: each would take the other's unfinished files for
# those of an interrupted run. Functions that start a daemon close the descriptor, or the daemon would keep the lock. A
# killed run may need a moment to end. No other user may open the file, and so lock it.
take_turn() {
  umask 077
  exec 9>/run/mail_responder-install.lock
  umask 022
  flock -w 5 9 || die 75 "another install.sh is running: wait until it has ended, then run this again"
}

# The work folder is on a file system in memory, so a dry run leaves no trace on disk.
make_work_folder() {
  work=$(mktemp -d /run/mail_responder-install.XXXXXX)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 75' HUP INT TERM
}

install_all() {
  complete_options
  find_binary
  check_resolver
  check_book
  if [ -z "$dry_run" ]; then
    mkdir -p "$state"
    chmod 700 "$state"
  fi
  : >"$work/wanted"
  remember_options
  install_packages
  make_users
  put_host_files
  put_responder_files
  make_database
  make_maps
  configure_postfix
  retire_files
  # Before Postfix is reloaded, so that its mail filters are listening.
  tell_services
  if command -v postconf >/dev/null; then
    check_postfix
    adopt_bounces
  fi
  finish
}

# Removes files that an interrupted run began to write and did not put in place.
sweep() {
  if [ -d "$state" ] && [ -z "$dry_run" ]; then find "$state" -depth -name "*$unfinished" -exec rm -rf {} +; fi
}

read_options "$@"
check_system
take_turn
make_work_folder
sweep
if [ -n "$uninstall" ]; then uninstall; else install_all; fi
