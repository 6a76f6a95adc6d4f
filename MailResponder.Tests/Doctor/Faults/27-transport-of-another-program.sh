#!/bin/sh
# expect: fault postfix-transport
keep /etc/postfix/master.cf
sed -i 's|argv=/usr/local/bin/responder|argv=/usr/bin/responder|' /etc/postfix/master.cf
