#!/bin/sh
# expect: fault database
# The key was created anew; the database belongs to the old key.
keep /etc/mail_responder/address.key
printf '%064d\n' 7 >/etc/mail_responder/address.key
