#!/bin/sh
# expect: fault postfix-transport
keep /etc/postfix/master.cf
postconf -Me "responder/unix=$(postconf -M responder/unix | sed 's/--recipient [^ ]*//')"
