#!/bin/sh
# expect: fault postfix-network
keep /etc/postfix/main.cf
postconf -e mynetworks=0.0.0.0/0
