#!/bin/sh
# expect: warning postfix-transport
keep /etc/postfix/master.cf
sed -i 's/soft_bounce=yes/soft_bounce=no/' /etc/postfix/master.cf
