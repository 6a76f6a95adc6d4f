#!/bin/sh
# expect: fault sending
keep /etc/postfix/main.cf
postconf -e authorized_submit_users=root
