#!/bin/sh
# expect: fault postfix-network
keep /etc/postfix/main.cf
postconf -e inet_interfaces=loopback-only
