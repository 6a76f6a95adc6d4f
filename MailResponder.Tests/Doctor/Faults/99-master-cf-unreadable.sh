#!/bin/sh
# expect: fault postfix alone
keep /etc/postfix/master.cf
echo 'this is no service' >>/etc/postfix/master.cf
