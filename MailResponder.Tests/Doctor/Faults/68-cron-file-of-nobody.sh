#!/bin/sh
# expect: fault cron-file
keep /etc/cron.d/mail_responder
sed -i 's/ mail_responder responder/ nosuchuser responder/' /etc/cron.d/mail_responder
