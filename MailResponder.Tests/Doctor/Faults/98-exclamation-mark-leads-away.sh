#!/bin/sh
# expect: fault postfix-rewriting
keep /etc/postfix/main.cf
postconf -X swap_bangpath
