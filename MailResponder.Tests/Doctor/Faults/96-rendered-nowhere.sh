#!/bin/sh
# expect: warning rendered
keep /etc/mail_responder/settings.json
keep /var/lib/mail_responder/files
sed -i 's|"database": .*|"database": { "mysql": { "socket": "/run/no.sock",\
  "user": "mail_responder", "database": "mail_responder" } },|' /etc/mail_responder/settings.json
chown root:mail_responder /var/lib/mail_responder/files
chmod 750 /var/lib/mail_responder/files
