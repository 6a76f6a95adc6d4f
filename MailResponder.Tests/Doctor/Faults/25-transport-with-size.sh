#!/bin/sh
# expect: fault postfix-transport
keep /etc/postfix/master.cf
sed -i 's/null_sender=/& size=100000/' /etc/postfix/master.cf
