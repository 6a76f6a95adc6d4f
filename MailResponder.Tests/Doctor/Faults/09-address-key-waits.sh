#!/bin/sh
# expect: warning address-key
keep /etc/mail_responder/address.key
responder blacklist rotate-key
