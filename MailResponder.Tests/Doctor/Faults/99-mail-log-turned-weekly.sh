#!/bin/sh
# expect: warning log-retention
for file in /etc/logrotate.d/mail*; do
  keep "$file"
  sed -i 's/daily/weekly/' "$file"
done
