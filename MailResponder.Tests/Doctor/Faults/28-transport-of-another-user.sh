#!/bin/sh
# expect: fault postfix-transport
keep /etc/postfix/master.cf
sed -i 's/user=mail_responder/user=nobody/' /etc/postfix/master.cf
