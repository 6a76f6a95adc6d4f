#!/bin/sh
# expect: fault file-modes
keep /etc/mail_responder/settings.json
cp -p /etc/mail_responder/dkim.key /etc/ssl/private/dkim.key
at_end rm -f /etc/ssl/private/dkim.key
sed -i 's|/etc/mail_responder/dkim.key|/etc/ssl/private/dkim.key|' /etc/mail_responder/settings.json
