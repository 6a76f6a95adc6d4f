#!/bin/sh
# expect: fault postfix-privacy alone
keep /etc/postfix/main.cf
postconf -e always_bcc=archive@example.net
