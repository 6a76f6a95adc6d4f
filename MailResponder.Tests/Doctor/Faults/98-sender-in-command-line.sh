#!/bin/sh
# expect: fault postfix-transport
keep /etc/postfix/master.cf
sed -i 's/--queue-id/--sender ${sender} --queue-id/' /etc/postfix/master.cf
settle
