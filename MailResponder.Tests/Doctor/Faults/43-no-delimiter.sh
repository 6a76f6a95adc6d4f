#!/bin/sh
# expect: fault postfix-catch-all
keep /etc/postfix/main.cf
postconf -X recipient_delimiter
