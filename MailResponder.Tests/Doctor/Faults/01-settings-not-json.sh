#!/bin/sh
# expect: fault settings
keep /etc/mail_responder/settings.json
sed -i '0,/,$/s///' /etc/mail_responder/settings.json
