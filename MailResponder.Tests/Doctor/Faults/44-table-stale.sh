#!/bin/sh
# expect: fault postfix-recipients
# shellcheck disable=SC2016 # Postfix expands it
# Strict recipients, with a table older than the address in the book.
keep /etc/postfix/main.cf
keep /var/lib/mail_responder/postfix
mkdir -p /var/lib/mail_responder/postfix
echo 'old@example.com OK' >/var/lib/mail_responder/postfix/addresses
tables='texthash:/var/lib/mail_responder/postfix/addresses proxy:unix:passwd.byname $alias_maps'
postconf -e "local_recipient_maps=$tables"
