#!/bin/sh
# expect: fault host-name
keep /etc/postfix/main.cf
postconf -e myhostname=localhost.localdomain
