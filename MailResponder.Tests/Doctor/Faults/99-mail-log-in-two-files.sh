#!/bin/sh
# expect: fault logrotate
keep /etc/logrotate.d/rsyslog
sed -i 's|^/var/log/syslog|&\n/var/log/mail.log|' /etc/logrotate.d/rsyslog
