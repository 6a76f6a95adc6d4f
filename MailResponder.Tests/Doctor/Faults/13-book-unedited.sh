#!/bin/sh
# expect: warning book-placeholder
keep /etc/mail_responder/responses.json
echo '[ { "email_addr": "get@example.com", "body": "PLACEHOLDER: nothing is written here yet.", "attachments": null } ]' >/etc/mail_responder/responses.json
