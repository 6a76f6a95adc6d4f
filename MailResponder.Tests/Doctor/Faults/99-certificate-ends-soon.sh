#!/bin/sh
# expect: warning postfix-tls
keep /etc/postfix/main.cf
keep /etc/postfix/new.pem
openssl req -x509 -newkey rsa:2048 -nodes -days 7 -subj /CN=mail.example.com \
  -out /etc/postfix/new.crt -keyout /etc/postfix/new.pem 2>/dev/null
cat /etc/postfix/new.crt >>/etc/postfix/new.pem
rm /etc/postfix/new.crt
postconf -e smtpd_tls_chain_files=/etc/postfix/new.pem
