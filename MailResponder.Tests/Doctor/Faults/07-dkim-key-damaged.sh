#!/bin/sh
# expect: fault keys
keep /etc/mail_responder/dkim.key
echo nonsense >/etc/mail_responder/dkim.key
