#!/bin/sh
# expect: warning postfix-size
keep /etc/postfix/master.cf
postconf -P smtpd/pass/message_size_limit=20480000
