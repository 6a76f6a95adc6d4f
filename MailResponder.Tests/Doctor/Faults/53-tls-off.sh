#!/bin/sh
# expect: warning postfix-tls
# mended by its remedies
keep /etc/postfix/main.cf
postconf -e smtpd_tls_security_level=none
