#!/bin/sh
# expect: fault postfix-limits
keep /etc/postfix/main.cf
postconf -X responder_destination_recipient_limit
