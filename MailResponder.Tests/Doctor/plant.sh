#!/bin/sh
# plant.sh - functions that put in and take out the planted faults of the folder Faults (DoctorServer.cs)
#
#   keep PATH           remembers the state of a file or folder, or that it does not exist
#   at_end COMMAND…     runs a command when the fault is taken out
#   settle              makes Postfix and rsyslog read the changes
#   put_back            takes the fault out: files and services are as before
#   state               prints everything that a fault can change, one item per line; if the lines before and after
#                       are the same, put_back has restored everything
#
# Runs as root inside a server that a test may damage.
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
        # A running program, here the log reader, cannot be written to.
        */bin/*) rm -f "$path" ;;
      esac
      # Copied into the existing file, if there is one: a daemon may have it open.
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
  # Left out: the content of the database's own files, which changes with every access; of the log, which gets a line
  # from each doctor; of a rendered book, which a probe makes again; and what postfix-log counted last. Postfix leaves
  # a lock file for each service that ever ran. The kernel may log something at any time.
  find /etc /usr/local /usr/sbin/postdrop /opt /root /var/backups /var/lib/forwarder -xdev ! -type d \
    -printf '%p %l %m %u:%g %s bytes of %T@\n'
  find /var/lib/mail_responder -type f ! -name '*-wal' ! -name '*-shm' ! -name '*.outcomes' ! -path '*.rendered/*' \
    -printf '%p %m %u:%g %s bytes\n'
  find /var/log /var/lib/logrotate /var/spool/postfix -xdev -type f ! -name kern.log ! -path '*/pid/*' \
    -printf '%p %m %u:%g\n'
  # Postfix makes the queue's subfolders for letters of queue ids, and keeps them.
  find /etc /usr/local /opt /root /var/lib /var/log /var/spool/postfix -xdev -type d \
    ! -path '/var/spool/postfix/defer*/?' ! -path '*.rendered/*' -printf '%p %m %u:%g\n'
  sed 's/^/mount /' /proc/mounts
  sed -n '/^\(cron\|master\|opendkim\|opendmarc\|rsyslogd\)$/s/^/running /p' /proc/[0-9]*/comm 2>/dev/null || true
  nft list ruleset | sed 's/^/nft /'
  if grep -qs ':0019 .* 0A ' /proc/net/tcp; then echo 'port 25 open'; fi
  if grep -qs '"replied"' /var/log/mail_responder-events.log; then echo 'log with a reply'; fi
}
