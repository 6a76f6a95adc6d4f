#!/bin/sh
# expect: fault rsyslog-rule
# shellcheck disable=SC2016 # rsyslog's own dollar sign
keep /etc/rsyslog.d/20-mail_responder.conf
# Postfix's log goes there while the rule is not in force.
keep /var/log/syslog
sed -i 's/^if \$programname == .mail_responder. and/if programname == and/' /etc/rsyslog.d/20-mail_responder.conf
