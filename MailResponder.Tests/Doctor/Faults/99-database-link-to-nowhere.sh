#!/bin/sh
# expect: fault settings, fault database
mv /var/lib/mail_responder/responder.db /var/lib/mail_responder/responder.db.away
ln -s /mnt/gone/responder.db /var/lib/mail_responder/responder.db
at_end mv /var/lib/mail_responder/responder.db.away /var/lib/mail_responder/responder.db
