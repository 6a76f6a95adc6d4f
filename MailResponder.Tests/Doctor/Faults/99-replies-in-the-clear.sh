#!/bin/sh
# expect: warning outgoing-tls alone
keep /etc/postfix/main.cf
postconf -e smtp_tls_security_level=may
