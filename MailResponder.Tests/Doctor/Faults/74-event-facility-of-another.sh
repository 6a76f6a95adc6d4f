#!/bin/sh
# expect: fault log-routing
keep /etc/mail_responder/settings.json
sed -i 's/^{/{ "event_facility": "local6",/' /etc/mail_responder/settings.json
