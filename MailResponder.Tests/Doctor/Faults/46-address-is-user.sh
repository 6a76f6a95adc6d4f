#!/bin/sh
# expect: fault book-addresses
keep /etc/passwd
keep /etc/postfix/main.cf
echo 'get:x:4711:4711::/nonexistent:/usr/sbin/nologin' >>/etc/passwd
postconf -X mailbox_transport_maps
