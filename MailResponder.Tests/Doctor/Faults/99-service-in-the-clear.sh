#!/bin/sh
# expect: warning outgoing-tls alone
keep /etc/postfix/master.cf
postconf -P smtp/unix/smtp_tls_security_level=may
