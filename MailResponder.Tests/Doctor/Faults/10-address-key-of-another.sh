#!/bin/sh
# expect: fault database
# A key that was made anew: the database belongs to the old one.
keep /etc/mail_responder/address.key
printf '%064d\n' 7 >/etc/mail_responder/address.key
