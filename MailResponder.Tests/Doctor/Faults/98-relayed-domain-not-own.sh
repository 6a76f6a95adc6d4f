#!/bin/sh
# expect: fault postfix-own-names
keep /etc/postfix/main.cf
postconf -e relay_domains=sub.example.net
