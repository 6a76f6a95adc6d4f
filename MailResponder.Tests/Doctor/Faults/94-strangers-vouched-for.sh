#!/bin/sh
# expect: fault authentication
keep /etc/postfix/main.cf
postconf -X header_checks
