#!/bin/sh
# expect: fault postfix-tls
keep /etc/postfix/main.cf
keep /etc/postfix/another.key
openssl genrsa -out /etc/postfix/another.key 2048 2>/dev/null
postconf -e smtpd_tls_key_file=/etc/postfix/another.key
