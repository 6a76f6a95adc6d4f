#!/bin/sh
# expect: warning last-reply
keep /var/log/mail_responder-events.log
: >/var/log/mail_responder-events.log
