#!/bin/sh
# expect: fault keys, fault file-modes
# mended by its remedies
keep /etc/mail_responder
chown -R mail_responder: /etc/mail_responder
