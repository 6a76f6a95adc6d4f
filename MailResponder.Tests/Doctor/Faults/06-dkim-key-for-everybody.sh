#!/bin/sh
# expect: fault keys
keep /etc/mail_responder/dkim.key
chmod 644 /etc/mail_responder/dkim.key
