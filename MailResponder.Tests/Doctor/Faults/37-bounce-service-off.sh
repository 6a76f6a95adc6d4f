#!/bin/sh
# expect: fault postfix-bounces
# What the old set-up did to keep bounces back.
keep /etc/postfix/master.cf
postconf -M# bounce/unix
