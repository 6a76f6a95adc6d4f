#!/bin/sh
# expect: fault book, warning attachments
keep /etc/mail_responder/settings.json
keep /root/responses.json
cp -p /etc/mail_responder/responses.json /root/responses.json
sed -i 's|/etc/mail_responder/responses.json|/root/responses.json|' /etc/mail_responder/settings.json
