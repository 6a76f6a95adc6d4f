#!/bin/sh
# expect: fault database
keep /var/lib/mail_responder
chown root:root /var/lib/mail_responder
chmod 755 /var/lib/mail_responder
