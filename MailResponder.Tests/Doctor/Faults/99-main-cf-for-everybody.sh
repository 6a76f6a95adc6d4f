#!/bin/sh
# expect: warning postfix alone
# Before 3.8, postfix check says this only to a terminal.
keep /etc/postfix/main.cf
chmod o+w /etc/postfix/main.cf
