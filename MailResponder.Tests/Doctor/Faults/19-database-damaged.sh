#!/bin/sh
# expect: fault database
keep /var/lib/mail_responder/responder.db
echo nonsense >/var/lib/mail_responder/responder.db
