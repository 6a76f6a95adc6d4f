#!/bin/sh
# expect: fault postfix-bounces alone
keep /etc/postfix/master.cf
postconf -P smtpd/pass/smtpd_command_filter=
