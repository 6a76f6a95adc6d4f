#!/bin/sh
# expect: fault database
keep /etc/mail_responder/settings.json
sed -i 's|/var/lib/mail_responder/responder.db|/var/lib/responder.db|' /etc/mail_responder/settings.json
