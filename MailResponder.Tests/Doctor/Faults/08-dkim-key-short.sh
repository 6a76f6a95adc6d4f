#!/bin/sh
# expect: fault dkim-key
keep /etc/mail_responder/dkim.key
openssl genrsa -out /etc/mail_responder/dkim.key 768 2>/dev/null || openssl genrsa 768 >/etc/mail_responder/dkim.key
