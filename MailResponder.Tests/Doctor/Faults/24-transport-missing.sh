#!/bin/sh
# expect: fault postfix-transport, warning postfix-route, warning postfix-limits
keep /etc/postfix/master.cf
postconf -M# responder/unix
