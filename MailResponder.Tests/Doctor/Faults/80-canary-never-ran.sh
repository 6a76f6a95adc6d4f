#!/bin/sh
# expect: warning canary
keep /etc/mail_responder/settings.json
keep /etc/mail_responder/canary.password
(umask 077; echo secret >/etc/mail_responder/canary.password)
chgrp mail_responder /etc/mail_responder/canary.password
chmod 0640 /etc/mail_responder/canary.password
sed -i '0,/^{/s|^{|{ "canary": [{ "name": "freemail", "address": "zahra@freemail.example",\
  "requests": ["get@example.com"], "password_file": "canary.password",\
  "submission": { "server": "smtp.freemail.example" }, "imap": { "server": "imap.freemail.example" } }],|' \
  /etc/mail_responder/settings.json
