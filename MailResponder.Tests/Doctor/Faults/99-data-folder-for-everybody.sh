#!/bin/sh
# expect: fault file-modes
chmod 777 /var/lib/mail_responder
at_end chmod 750 /var/lib/mail_responder
