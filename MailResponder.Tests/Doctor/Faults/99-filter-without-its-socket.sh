#!/bin/sh
# expect: fault authentication
keep /etc/postfix/main.cf
postconf -e smtpd_milters=unix:opendkim/opendkim.sock
