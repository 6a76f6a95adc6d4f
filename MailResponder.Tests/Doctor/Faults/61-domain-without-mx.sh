#!/bin/sh
# expect: warning mx
keep /etc/mail_responder/settings.json
sed -i 's/\("own_domains": *\[\)/\1"example.org", /' /etc/mail_responder/settings.json
