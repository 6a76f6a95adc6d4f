#!/bin/sh
# expect: warning rendered
keep /var/lib/mail_responder/responder.db.rendered
chown root:root /var/lib/mail_responder/responder.db.rendered
