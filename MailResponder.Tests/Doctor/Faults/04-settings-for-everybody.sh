#!/bin/sh
# expect: warning file-modes
keep /etc/mail_responder/settings.json
chmod 644 /etc/mail_responder/settings.json
