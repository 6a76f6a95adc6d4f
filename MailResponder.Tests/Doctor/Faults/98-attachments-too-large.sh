#!/bin/sh
# expect: fault attachments
keep /var/lib/mail_responder/files/tools/tool.zip
truncate --size 20000000 /var/lib/mail_responder/files/tools/tool.zip
