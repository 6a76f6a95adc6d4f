#!/bin/sh
# expect: fault postfix-rewriting
keep /etc/postfix/main.cf
postconf -e allow_percent_hack=yes
