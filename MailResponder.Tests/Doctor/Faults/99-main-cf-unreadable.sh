#!/bin/sh
# expect: fault postfix alone
keep /etc/postfix/main.cf
echo 'this is no parameter' >>/etc/postfix/main.cf
