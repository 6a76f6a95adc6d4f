#!/bin/sh
# expect: fault postfix-network
keep /etc/postfix/main.cf
postconf -e smtpd_relay_restrictions=permit
