#!/bin/sh
# expect: fault rsyslog-running, warning syslog-socket, warning log-routing, warning postfix-log
kill "$(cat /run/rsyslogd.pid)"
sleep 1
