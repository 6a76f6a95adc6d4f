#!/bin/sh
# expect: fault cron-file
keep /etc/cron.d/mail_responder
rm /etc/cron.d/mail_responder
