#!/bin/sh
# expect: warning postfix-log
keep /etc/rsyslog.d/10-mail_responder-postfix-log.conf
sed -i 's|/usr/local/bin/responder postfix-log|/usr/local/bin/gone postfix-log|' /etc/rsyslog.d/10-mail_responder-postfix-log.conf
