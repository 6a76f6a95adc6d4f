#!/bin/sh
# expect: warning mail-log
keep /var/log/mail.log.4.gz
touch -d '20 days ago' /var/log/mail.log.4.gz
chmod 640 /var/log/mail.log.4.gz
