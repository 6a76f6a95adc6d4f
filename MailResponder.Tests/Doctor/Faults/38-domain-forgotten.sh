#!/bin/sh
# expect: fault postfix-domains, fault book-domains
# expect: warning postfix-catch-all, warning postfix-recipients, warning book-addresses
keep /etc/postfix/main.cf
postconf -X extradomains
