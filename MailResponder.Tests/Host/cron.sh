#!/bin/sh
# cron.sh - makes the real cron run each line of system/cron.d/mail_responder once (CronTests.cs)
#
# usage: unshare --mount --pid --net --fork --mount-proc sh cron.sh FOLDER
#
# FOLDER holds `cron.d/mail_responder`, with "@reboot" in place of the times; `bin/responder` and `sbin/postfix`,
# test doubles that replace the real programs in this mount namespace; and `sbin/sendmail`, which gets cron's mail.
# Ends when the file FOLDER/over exists, or after 60 seconds.
set -eu

folder=$1
mount -t tmpfs run /run
mount -t tmpfs crontabs /var/spool/cron/crontabs
mount --bind "$folder/cron.d" /etc/cron.d
mount --bind "$folder/bin" /usr/local/bin
mount --bind "$folder/sbin/postfix" /usr/sbin/postfix
mount --bind "$folder/sbin/sendmail" /usr/sbin/sendmail
: >"$folder/crontab"
mount --bind "$folder/crontab" /etc/crontab

cron -f -L 15 &
waited=0
while [ ! -e "$folder/over" ] && [ $waited -lt 300 ]; do
  sleep 0.2
  waited=$((waited + 1))
done
kill $!
