#!/bin/sh
# expect: fault database
keep /var/lib/mail_responder/responder.db
chown root:root /var/lib/mail_responder/responder.db
