#!/bin/sh
# expect: fault postfix-tls
keep /etc/postfix/main.cf
postconf -e smtpd_tls_cert_file=/etc/ssl/certs/gone.pem
