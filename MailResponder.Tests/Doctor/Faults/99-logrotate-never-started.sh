#!/bin/sh
# expect: warning logrotate-state
keep /etc/cron.daily/logrotate
chmod 644 /etc/cron.daily/logrotate
