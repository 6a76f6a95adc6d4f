#!/bin/sh
# expect: fault settings
keep /etc/mail_responder/settings.json
sed -i 's/"own_domains"/"own_domain"/' /etc/mail_responder/settings.json
