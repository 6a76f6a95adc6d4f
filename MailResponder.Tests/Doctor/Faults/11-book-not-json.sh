#!/bin/sh
# expect: fault book
keep /etc/mail_responder/responses.json
echo '[' >/etc/mail_responder/responses.json
