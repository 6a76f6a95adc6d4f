#!/bin/sh
# expect: fault keys
keep /etc/mail_responder/dkim.key
ln -sf /mnt/gone/dkim.key /etc/mail_responder/dkim.key
at_end rm -f /etc/mail_responder/dkim.key
