#!/bin/sh
# expect: warning authentication
keep /etc/mail_responder/settings.json
keep /etc/postfix/main.cf
sed -i '/"authserv_id":/d' /etc/mail_responder/settings.json
postconf -X smtpd_milters
