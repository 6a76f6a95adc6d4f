#!/bin/sh
# expect: fault mail-log
keep /var/log/mail.log.1
touch /var/log/mail.log.1
chmod 644 /var/log/mail.log.1
