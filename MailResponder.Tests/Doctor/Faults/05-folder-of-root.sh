#!/bin/sh
# expect: fault file-modes
keep /etc/mail_responder
chmod 700 /etc/mail_responder
