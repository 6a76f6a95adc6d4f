#!/bin/sh
# expect: fault authentication
keep /etc/mail_responder/settings.json
keep /etc/postfix/main.cf
sed -i 's|^{|{ "authserv_id": "mail.example.com",|' /etc/mail_responder/settings.json
postconf -X header_checks
