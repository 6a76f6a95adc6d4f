#!/bin/sh
# expect: fault postfix-tls
keep /etc/postfix/main.cf
keep /etc/postfix/damaged.pem
sed '3d' /etc/ssl/certs/ssl-cert-snakeoil.pem >/etc/postfix/damaged.pem
postconf -e smtpd_tls_cert_file=/etc/postfix/damaged.pem
