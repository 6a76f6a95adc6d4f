#!/bin/sh
# expect: warning logrotate-state
keep /var/lib/logrotate/status
printf 'logrotate state -- version 2\n"/var/log/mail_responder.log" 2026-1-2-0:0:3\n' >/var/lib/logrotate/status
