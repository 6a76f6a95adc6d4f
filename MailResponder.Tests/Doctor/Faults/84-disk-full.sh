#!/bin/sh
# expect: fault disk
mount -t tmpfs -o size=20m full /var/log
# rsyslogd may have opened its files on the new mount, if it had none open before.
at_end stop_rsyslog
at_end umount /var/log
