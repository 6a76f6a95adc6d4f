#!/bin/sh
# expect: warning postfix
keep /etc/postfix/main.cf
postconf -e mesage_size_limit=1
