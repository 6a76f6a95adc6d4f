#!/bin/sh
# expect: warning postfix-own-names
keep /etc/postfix/main.cf
keep /etc/postfix/domains
echo '/^example\.net$/ anything' >/etc/postfix/domains
postconf -e virtual_alias_domains=regexp:/etc/postfix/domains
