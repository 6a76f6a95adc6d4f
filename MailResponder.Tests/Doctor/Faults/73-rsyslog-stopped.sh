#!/bin/sh
# expect: fault rsyslog-running
kill "$(cat /run/rsyslogd.pid)"
sleep 1
