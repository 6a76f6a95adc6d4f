#!/bin/sh
# expect: fault postfix-own-names
keep /etc/postfix/main.cf
keep /etc/postfix/domains
keep /etc/postfix/domains.db
echo 'example.net anything' >/etc/postfix/domains
postmap hash:/etc/postfix/domains
postconf -e virtual_mailbox_domains=proxy:hash:/etc/postfix/domains
