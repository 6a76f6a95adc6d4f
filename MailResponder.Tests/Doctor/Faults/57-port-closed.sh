#!/bin/sh
# expect: fault smtp-port
keep /etc/postfix/master.cf
postconf -M# smtp/inet
postfix stop
postfix start
