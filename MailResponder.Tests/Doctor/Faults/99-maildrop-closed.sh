#!/bin/sh
# expect: fault sending
chmod 700 /var/spool/postfix/maildrop
at_end chmod 1730 /var/spool/postfix/maildrop
