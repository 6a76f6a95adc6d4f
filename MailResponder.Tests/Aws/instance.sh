#!/bin/sh
# instance.sh - runs the user data of aws/autoscaling.yaml as an instance would (InstanceTests.cs)
#
# usage: unshare --mount sh instance.sh FOLDER
#
# FOLDER holds `user-data`; `bin`, with test doubles of the programs that reach out of the host (aws, curl, apt-get,
# systemctl, postfix); and `local/responder`. In this mount namespace /etc is a copy, /opt is empty, and /usr/local/bin
# is FOLDER/local. Prints modes and owners of the files in /etc/mail_responder, and copies /etc back to FOLDER. Exit
# status: that of the user data.
set -eu

folder=$1
cp -a /etc "$folder/etc"
rm -rf "$folder/etc/mail_responder" "$folder/etc/systemd/system/mail_responder-drain.service" \
  "$folder/etc/systemd/system/mail_responder-metadata.service"
mount --bind "$folder/etc" /etc
mount --bind "$folder/local" /usr/local/bin
mount -t tmpfs opt /opt
status=0
PATH=$folder/bin:$PATH sh "$folder/user-data" || status=$?
for file in /etc/mail_responder/*; do stat -c '%a %U:%G %n' "$file"; done
exit "$status"
