#!/bin/sh
# expect: fault local-mail
keep /etc/postfix/main.cf
postconf -X mailbox_transport_maps
