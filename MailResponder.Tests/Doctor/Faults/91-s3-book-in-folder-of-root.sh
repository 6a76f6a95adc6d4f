#!/bin/sh
# expect: fault settings, fault file-modes
keep /etc/mail_responder/settings.json
sed -i 's|^{|{ "s3": { "region": "eu-west-1", "book_bucket": "b", "book_key": "k",\
  "endpoint": "http://127.0.0.1:9" },|' /etc/mail_responder/settings.json
