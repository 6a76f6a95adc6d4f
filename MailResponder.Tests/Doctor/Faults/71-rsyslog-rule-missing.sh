#!/bin/sh
# expect: fault rsyslog-rule
keep /etc/rsyslog.d/20-mail_responder.conf
rm /etc/rsyslog.d/20-mail_responder.conf
