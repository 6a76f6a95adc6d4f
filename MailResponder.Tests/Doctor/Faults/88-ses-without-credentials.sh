#!/bin/sh
# expect: fault ses
keep /etc/mail_responder/settings.json
sed -i 's/"send_method": "sendmail"/"send_method": "ses", "ses": { "region": "eu-west-1" }/' \
  /etc/mail_responder/settings.json
