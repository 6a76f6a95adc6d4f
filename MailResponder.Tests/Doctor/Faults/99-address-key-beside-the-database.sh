#!/bin/sh
# expect: fault keys
keep /etc/mail_responder/settings.json
keep /var/lib/mail_responder/address.key
cp -p /etc/mail_responder/address.key /var/lib/mail_responder/address.key
sed -i 's|/etc/mail_responder/address.key|/var/lib/mail_responder/address.key|' /etc/mail_responder/settings.json
