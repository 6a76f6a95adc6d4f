#!/bin/sh
# expect: fault sending
keep /etc/postfix/main.cf
postconf -e defer_transports=smtp
