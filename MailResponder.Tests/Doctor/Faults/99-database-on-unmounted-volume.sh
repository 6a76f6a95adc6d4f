#!/bin/sh
# expect: fault database
keep /etc/mail_responder/settings.json
keep /mnt/data
mkdir -p /mnt/data
sed -i 's|/var/lib/mail_responder/responder.db|/mnt/data/responder.db|' /etc/mail_responder/settings.json
