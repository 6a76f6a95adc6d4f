#!/bin/sh
# expect: fault sending
keep /etc/postfix/master.cf
postconf -M# smtp/unix
