#!/bin/sh
# expect: fault postfix-privacy alone
keep /etc/postfix/main.cf
postconf -e notify_classes=bounce,resource
