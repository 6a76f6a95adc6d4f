#!/bin/sh
# expect: fault file-modes
chmod 666 /var/lib/mail_responder/responder.db
at_end chmod 640 /var/lib/mail_responder/responder.db
