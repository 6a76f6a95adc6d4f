#!/bin/sh
# expect: fault postfix-transport
keep /etc/postfix/master.cf
sed -i 's/flags=DORXhu/flags=DORXhuF/' /etc/postfix/master.cf
