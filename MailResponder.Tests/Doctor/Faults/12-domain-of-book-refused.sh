#!/bin/sh
# expect: fault book-domains
keep /etc/mail_responder/responses.json
echo '[ { "email_addr": "get@example.net", "body": "text", "attachments": null } ]' >/etc/mail_responder/responses.json
