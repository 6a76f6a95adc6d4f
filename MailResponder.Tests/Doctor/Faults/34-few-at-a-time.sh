#!/bin/sh
# expect: warning postfix-limits
keep /etc/postfix/main.cf
postconf -e responder_destination_concurrency_limit=2
