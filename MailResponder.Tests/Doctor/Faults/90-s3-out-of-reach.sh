#!/bin/sh
# expect: fault s3
keep /etc/mail_responder/settings.json
keep /etc/mail_responder/aws
printf '[default]\naws_access_key_id = A\naws_secret_access_key = B\n' >/etc/mail_responder/aws
chown root:mail_responder /etc/mail_responder/aws
chmod 640 /etc/mail_responder/aws
sed -i 's|^{|{ "s3": { "region": "eu-west-1", "book_bucket": "b", "book_key": "k",\
  "endpoint": "http://127.0.0.1:9", "credentials_file": "/etc/mail_responder/aws" },|' /etc/mail_responder/settings.json
