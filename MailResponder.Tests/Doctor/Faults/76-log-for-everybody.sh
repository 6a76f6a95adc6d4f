#!/bin/sh
# expect: fault log-files
keep /var/log/mail_responder.log
chmod 644 /var/log/mail_responder.log
