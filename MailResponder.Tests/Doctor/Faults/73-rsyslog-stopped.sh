#!/bin/sh
# expect: fault rsyslog-running, warning syslog-socket, warning log-routing
kill "$(cat /run/rsyslogd.pid)"
sleep 1
