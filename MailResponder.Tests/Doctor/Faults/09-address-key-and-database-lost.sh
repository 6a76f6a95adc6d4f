#!/bin/sh
# expect: fault keys
keep /etc/mail_responder/address.key
keep /var/lib/mail_responder
rm -r /etc/mail_responder/address.key /var/lib/mail_responder/responder.db*
