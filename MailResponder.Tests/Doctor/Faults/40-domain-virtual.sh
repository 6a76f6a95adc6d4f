#!/bin/sh
# expect: fault postfix-domains
keep /etc/postfix/main.cf
postconf -X extradomains
postconf -e virtual_alias_domains=example.com
