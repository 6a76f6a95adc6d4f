#!/bin/sh
# expect: warning attachments
keep /etc/mail_responder/responses.json
book=$(cat /etc/mail_responder/responses.json)
echo "{ \"attachments\": \"off\", \"entries\": $book }" >/etc/mail_responder/responses.json
