#!/bin/sh
# expect: fault log-files
keep /var/log/mail_responder-events.log
chown nobody /var/log/mail_responder-events.log
