#!/bin/sh
# expect: warning outgoing-tls alone
keep /etc/postfix/tls_policy
sed -i '1i /mail.com/  may' /etc/postfix/tls_policy
