#!/bin/sh
# expect: fault postfix-transport
keep /etc/postfix/master.cf
sed -i 's/ null_sender=//' /etc/postfix/master.cf
