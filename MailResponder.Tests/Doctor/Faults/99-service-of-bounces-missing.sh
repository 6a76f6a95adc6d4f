#!/bin/sh
# expect: warning bounce-route alone
keep /etc/postfix/master.cf
postconf -M# feedback/unix
