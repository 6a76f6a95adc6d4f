#!/bin/sh
# expect: fault logrotate
keep /etc/logrotate.d/mail_responder
rm /etc/logrotate.d/mail_responder
