#!/bin/sh
# expect: warning install
keep /var/backups/mail_responder/pending/postfix
touch /var/backups/mail_responder/pending/postfix
