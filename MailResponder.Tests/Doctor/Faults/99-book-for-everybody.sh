#!/bin/sh
# expect: fault file-modes
chmod 666 /etc/mail_responder/responses.json
at_end chmod 640 /etc/mail_responder/responses.json
