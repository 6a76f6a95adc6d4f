#!/bin/sh
# expect: fault keys
keep /etc/mail_responder/address.key
rm /etc/mail_responder/address.key
