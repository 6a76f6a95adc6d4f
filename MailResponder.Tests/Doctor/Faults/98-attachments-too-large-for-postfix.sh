#!/bin/sh
# expect: fault attachments
keep /etc/postfix/main.cf
keep /var/lib/mail_responder/files/tools/tool.zip
postconf -e message_size_limit=2000000
truncate --size 2000000 /var/lib/mail_responder/files/tools/tool.zip
