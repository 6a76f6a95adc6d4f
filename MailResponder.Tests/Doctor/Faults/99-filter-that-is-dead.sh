#!/bin/sh
# expect: fault authentication
keep /etc/postfix/main.cf
postconf -e 'smtpd_milters = inet:127.0.0.1:8891, inet:127.0.0.1:8894'
