#!/bin/sh
# expect: warning last-reply
keep /var/log/mail_responder.log
: >/var/log/mail_responder.log
