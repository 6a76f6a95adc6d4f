#!/bin/sh
# expect: warning postfix-tls
keep /etc/postfix/main.cf
keep /etc/postfix/old.pem
cd /etc/postfix || exit 1
openssl req -new -newkey rsa:2048 -nodes -subj /CN=mail.example.com -keyout old.pem -out old.csr 2>/dev/null
openssl x509 -req -in old.csr -signkey old.pem -days 0 -out old.crt 2>/dev/null
cat old.crt >>old.pem
rm old.csr old.crt
postconf -e smtpd_tls_cert_file=/etc/postfix/old.pem smtpd_tls_key_file=/etc/postfix/old.pem
