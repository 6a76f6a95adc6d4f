#!/bin/sh
# expect: warning book-placeholder
keep /etc/mail_responder/responses.json
cat >/etc/mail_responder/responses.json <<'END'
[ { "email_addr": "get@example.com", "body": "PLACEHOLDER: nothing is written here yet.", "attachments": null } ]
END
