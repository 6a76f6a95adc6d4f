#!/bin/sh
# expect: warning sending
keep /etc/mail_responder/settings.json
sed -i 's/"send_method": "sendmail"/"send_method": "outbox"/' /etc/mail_responder/settings.json
