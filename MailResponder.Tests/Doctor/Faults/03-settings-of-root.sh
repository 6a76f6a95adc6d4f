#!/bin/sh
# expect: fault file-modes
keep /etc/mail_responder/settings.json
chmod 600 /etc/mail_responder/settings.json
