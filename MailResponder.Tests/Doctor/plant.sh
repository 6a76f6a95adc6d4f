#!/bin/sh
# plant.sh - what the planted faults of the folder Faults are put in and taken out with (DoctorServer.cs)
#
#   keep PATH           remembers a file or folder as it is, or that there is none
#   at_end COMMAND…     has a command run when the fault is taken out
#   settle              has Postfix and rsyslog see what was changed
#   put_back            takes the fault out: files and services are as they were
#   state               prints what a fault can change, a line each: the same lines before and after mean that
#                       put_back did its work
#
# It runs inside of a server that a test may spoil, as root.
set -eu

kept=/root/kept

keep() {
  mkdir -p "$kept$(dirname "$1")"
  if [ -e "$1" ]; then cp -aT "$1" "$kept$1"; fi
  echo "$1" >>"$kept/list"
}

at_end() {
  mkdir -p "$kept"
  echo "$*" >>"$kept/commands"
}

settle() {
  if [ -e "$kept/etc/rsyslog.d" ]; then restart_rsyslog; fi
  if postfix status 2>/dev/null; then postfix reload 2>/dev/null; fi
}

stop_rsyslog() {
  if [ -e /run/rsyslogd.pid ]; then kill "$(cat /run/rsyslogd.pid)"; fi
  for _ in $(seq 50); do
    if [ ! -e /run/rsyslogd.pid ]; then break; fi
    sleep 0.2
  done
}

restart_rsyslog() {
  stop_rsyslog
  rsyslogd
}

put_back() {
  # shellcheck source=/dev/null
  if [ -e "$kept/commands" ]; then . "$kept/commands"; fi
  if [ -e "$kept/list" ]; then
    while read -r path; do
      case $path in
        # A program that runs, here the log reader, cannot be written to.
        */bin/*) rm -f "$path" ;;
      esac
      # Into the same file where there is one: a daemon may have it open.
      if [ -e "$kept$path" ]; then cp -aT "$kept$path" "$path"; else rm -rf "$path"; fi
    done <"$kept/list"
  fi
  if [ -e "$kept/etc/rsyslog.d" ] || [ ! -e /run/rsyslogd.pid ]; then restart_rsyslog; fi
  rm -rf "$kept"
  if ! kill -0 "$(cat /run/crond.pid)" 2>/dev/null; then cron; fi
  if postfix status 2>/dev/null; then postfix reload 2>/dev/null; else postfix start 2>/dev/null; fi
  # A change of inet_interfaces or of a listener needs more than a reload.
  if ! grep -qs ':0019 .* 0A ' /proc/net/tcp; then
    postfix stop 2>/dev/null
    postfix start 2>/dev/null
  fi
}

state() {
  # Its own content changes whenever somebody looks at the database; the log gets a line from each doctor, and a probe
  # renders a book that was put back. Postfix leaves a lock file for each service that ever ran. The kernel may say
  # something at any time.
  find /etc /usr/local /usr/sbin/postdrop /opt /root /var/backups /var/lib/forwarder -xdev ! -type d \
    -printf '%p %l %m %u:%g %s bytes of %T@\n'
  find /var/lib/mail_responder -type f ! -name '*-wal' ! -name '*-shm' ! -path '*.rendered/*' \
    -printf '%p %m %u:%g %s bytes\n'
  find /var/log /var/lib/logrotate /var/spool/postfix -xdev -type f ! -name kern.log ! -path '*/pid/*' \
    -printf '%p %m %u:%g\n'
  # Folders of the queue are made for letters of queue ids, and stay.
  find /etc /usr/local /opt /root /var/lib /var/log /var/spool/postfix -xdev -type d \
    ! -path '/var/spool/postfix/defer*/?' ! -path '*.rendered/*' -printf '%p %m %u:%g\n'
  sed 's/^/mount /' /proc/mounts
  sed -n '/^\(cron\|master\|opendkim\|opendmarc\|rsyslogd\)$/s/^/running /p' /proc/[0-9]*/comm 2>/dev/null || true
  nft list ruleset | sed 's/^/nft /'
  if grep -qs ':0019 .* 0A ' /proc/net/tcp; then echo 'port 25 open'; fi
  if grep -qs '"replied"' /var/log/mail_responder-events.log; then echo 'log with a reply'; fi
}
