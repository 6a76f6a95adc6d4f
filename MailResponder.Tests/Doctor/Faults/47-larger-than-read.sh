#!/bin/sh
# expect: warning postfix-size
keep /etc/postfix/main.cf
postconf -e message_size_limit=20480000
