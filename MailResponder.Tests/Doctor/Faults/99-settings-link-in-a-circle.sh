#!/bin/sh
# expect: fault settings
keep /etc/mail_responder/settings.json
rm /etc/mail_responder/settings.json
ln -s settings.json /etc/mail_responder/settings.json
at_end rm -f /etc/mail_responder/settings.json
