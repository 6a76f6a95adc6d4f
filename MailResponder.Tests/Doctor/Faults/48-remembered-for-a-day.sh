#!/bin/sh
# expect: fault postfix-queue-time
keep /etc/mail_responder/settings.json
sed -i 's|^{|{ "ledger_days": 1,|' /etc/mail_responder/settings.json
