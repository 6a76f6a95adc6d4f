#!/bin/sh
# expect: fault rsyslog-rule
keep /etc/rsyslog.d/20-mail_responder.conf
# Postfix's log goes there while the rule is not in force.
keep /var/log/syslog
rm /etc/rsyslog.d/20-mail_responder.conf
