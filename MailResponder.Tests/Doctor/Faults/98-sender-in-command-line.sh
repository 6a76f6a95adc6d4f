#!/bin/sh
# expect: fault postfix-transport
# shellcheck disable=SC2016 # Postfix expands it
keep /etc/postfix/master.cf
sed -i 's/--queue-id/--sender ${sender} --queue-id/' /etc/postfix/master.cf
settle
