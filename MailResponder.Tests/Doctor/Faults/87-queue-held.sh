#!/bin/sh
# expect: warning queue
touch /var/spool/postfix/hold/ABCDEF1234
# postsuper may have moved the file.
at_end find /var/spool/postfix/deferred /var/spool/postfix/hold /var/spool/postfix/corrupt -type f -delete
