#!/bin/sh
# expect: warning postfix-log
chown -R root:root /var/lib/mail_responder/postfix-log
at_end chown -R mail_responder:mail_responder /var/lib/mail_responder/postfix-log
