#!/bin/sh
# expect: fault file-modes
keep /var/lib/mail_responder/files/tools/tool.zip
chown root:root /var/lib/mail_responder/files/tools/tool.zip
chmod 600 /var/lib/mail_responder/files/tools/tool.zip
