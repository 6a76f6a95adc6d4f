#!/bin/sh
# expect: warning postfix-compatibility
keep /etc/postfix/main.cf
postconf -e compatibility_level=0
