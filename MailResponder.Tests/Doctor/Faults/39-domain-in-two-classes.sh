#!/bin/sh
# expect: fault postfix-domains
keep /etc/postfix/main.cf
postconf -e relay_domains=example.com
