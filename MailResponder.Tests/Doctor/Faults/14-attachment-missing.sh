#!/bin/sh
# expect: fault attachments
keep /var/lib/mail_responder/files/tools/tool.zip
rm /var/lib/mail_responder/files/tools/tool.zip
