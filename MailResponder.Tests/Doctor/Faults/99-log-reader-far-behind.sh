#!/bin/sh
# expect: warning postfix-log
truncate --size 20000000 /var/spool/rsyslog/mail_responder-postfix-log.00000001
at_end rm /var/spool/rsyslog/mail_responder-postfix-log.00000001
