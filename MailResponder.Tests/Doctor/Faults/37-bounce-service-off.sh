#!/bin/sh
# expect: fault postfix-bounces
# The old set-up did this to suppress bounces.
keep /etc/postfix/master.cf
postconf -M# bounce/unix
