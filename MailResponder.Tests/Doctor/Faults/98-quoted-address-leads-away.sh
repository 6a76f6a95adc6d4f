#!/bin/sh
# expect: fault postfix-rewriting
keep /etc/postfix/main.cf
postconf -X resolve_dequoted_address
