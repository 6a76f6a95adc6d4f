#!/bin/sh
# expect: fault logrotate
keep /etc/logrotate.d/mail_responder
sed -i 's/daily/dayly/; s/}//' /etc/logrotate.d/mail_responder
