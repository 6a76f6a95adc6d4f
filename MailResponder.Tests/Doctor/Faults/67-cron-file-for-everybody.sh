#!/bin/sh
# expect: fault cron-file
keep /etc/cron.d/mail_responder
chmod 666 /etc/cron.d/mail_responder
