#!/bin/sh
# expect: warning queue
install -d -o postfix -g postfix -m 0700 /var/spool/postfix/deferred/A
touch -d "-6 hours" /var/spool/postfix/deferred/A/ABCDEF1234
chown postfix /var/spool/postfix/deferred/A/ABCDEF1234
# postsuper may have moved the file.
at_end find /var/spool/postfix/deferred /var/spool/postfix/hold /var/spool/postfix/corrupt -type f -delete
