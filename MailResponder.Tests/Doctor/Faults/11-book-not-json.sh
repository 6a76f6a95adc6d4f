#!/bin/sh
# expect: fault book, warning attachments, warning file-modes
keep /etc/mail_responder/responses.json
echo '[' >/etc/mail_responder/responses.json
