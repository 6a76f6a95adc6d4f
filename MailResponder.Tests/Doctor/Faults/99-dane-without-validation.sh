#!/bin/sh
# expect: fault outgoing-tls alone
# The name server outside does not validate.
keep /etc/postfix/main.cf
postconf -e smtp_tls_security_level=dane smtp_dns_support_level=dnssec
