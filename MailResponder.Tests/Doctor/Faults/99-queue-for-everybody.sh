#!/bin/sh
# expect: fault postfix-privacy alone
keep /etc/postfix/main.cf
postconf -X authorized_mailq_users
