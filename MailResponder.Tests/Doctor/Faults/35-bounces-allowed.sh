#!/bin/sh
# expect: fault postfix-bounces
keep /etc/postfix/main.cf
postconf -X smtpd_command_filter
