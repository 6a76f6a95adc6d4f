#!/bin/sh
# expect: fault file-modes
# mended by its remedies
keep /etc/mail_responder
chmod 700 /etc/mail_responder
